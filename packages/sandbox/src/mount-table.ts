import { readFile } from 'node:fs/promises';

export interface MountEntry {
  readonly target: string;
  /** Whether mounts below it reach other mount namespaces. */
  readonly shared: boolean;
}

/** Mounts of this process's namespace, oldest first. */
export async function readMounts(): Promise<readonly MountEntry[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Parses `/proc/<pid>/mountinfo`: fields by position, then optional tags up to a lone dash. */
export function parseMountInfo(text: string): readonly MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ');
      const tags = fields.slice(6, fields.indexOf('-', 6));
      return { target: unescape(fields[4] ?? ''), shared: tags.some((tag) => tag.startsWith('shared:')) };
    });
}

/** Targets below `dir`, newest first: the order in which they can be unmounted. */
export function targetsBelow(mounts: readonly MountEntry[], dir: string): readonly string[] {
  return mounts
    .map(({ target }) => target)
    .filter((target) => target.startsWith(`${dir}/`))
    .toReversed();
}

function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
}

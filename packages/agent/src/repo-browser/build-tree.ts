import type { RepoAnswer } from '@drydock/contracts';

type Tree = Extract<RepoAnswer, { type: 'tree' }>;
type Entry = Tree['entries'][number];

/** About 10,000 tokens of paths. */
const MAX_ENTRIES = 400;

interface Shown {
  /** A directory, relative to the workspace; '.' is the workspace. Or the one file that is listed. */
  readonly below: string;
  readonly depth: number;
}

/**
 * What is shown of sorted paths: as many levels as were asked for, or as fit. A directory whose inside is not shown
 * still says how many files it has.
 */
export function buildTree(
  files: readonly string[],
  { below, depth }: Shown,
): Pick<Tree, 'entries' | 'depth' | 'omitted'> {
  const base = below === '.' ? '' : `${below}/`;
  for (let levels = depth; ; levels -= 1) {
    const entries = listEntries(files, base, levels);
    if (entries.length > MAX_ENTRIES && levels > 1) continue;
    const omitted = Math.max(0, entries.length - MAX_ENTRIES);
    return { entries: entries.slice(0, MAX_ENTRIES), depth: levels, omitted };
  }
}

function listEntries(files: readonly string[], base: string, levels: number): Entry[] {
  const entries = new Map<string, { path: string; files?: number }>();
  for (const file of files) {
    const parts = file.slice(base.length).split('/');
    for (let level = 1; level <= Math.min(levels, parts.length); level += 1) {
      const path = base + parts.slice(0, level).join('/');
      const isFile = level === parts.length;
      const entry = entries.get(path) ?? (isFile ? { path } : { path, files: 0 });
      if (entry.files !== undefined) entry.files += 1;
      entries.set(path, entry);
    }
  }
  return [...entries.values()];
}

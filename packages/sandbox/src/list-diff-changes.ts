import type { FileChange } from '@drydock/contracts';

const HEADER = 'diff --git ';

/**
 * The files that a diff without renames changes, from its headers. No other line starts like one: hunk lines begin
 * with a sign, and lines of binary patches have no blanks.
 */
export function listDiffChanges(diff: Uint8Array): readonly FileChange[] {
  const lines = Buffer.from(diff).toString('latin1').split('\n');
  const changes: FileChange[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith(HEADER)) continue;
    changes.push({ path: parsePath(line.slice(HEADER.length)), kind: kindOf(lines[index + 1] ?? '') });
  }
  return changes;
}

function kindOf(next: string): FileChange['kind'] {
  if (next.startsWith('new file mode')) return 'added';
  return next.startsWith('deleted file mode') ? 'deleted' : 'modified';
}

/** `a/path b/path`: the same path twice, so the middle is the blank between, whatever blanks the path has. */
function parsePath(names: string): string {
  const name = names.slice((names.length + 1) / 2);
  const bytes = name.startsWith('"') ? unquote(name.slice(1, -1)) : name;
  return Buffer.from(bytes, 'latin1').toString().slice('b/'.length);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};

/** Git's C-style quoting: octal bytes and the usual letters. */
function unquote(text: string): string {
  return text.replaceAll(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCodePoint(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
}

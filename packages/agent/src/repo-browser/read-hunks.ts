interface ChangedFile {
  readonly path: string;
  /** First and last line of each change, as they are now. */
  readonly ranges: [number, number][];
}

const TARGET = /^\+\+\+ (?:b\/(.*?)\t?|"b\/(.*)")$/;
const HUNK = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/;

/** Reads which lines a diff without context adds. A path that git had to quote is left quoted: no linter names it so. */
export function readHunks(diff: string): ChangedFile[] {
  const files: ChangedFile[] = [];
  // Lines of a hunk are counted: their text can look like anything.
  let left = 0;
  for (const row of diff.split('\n')) {
    if (left > 0 && /^[+\\-]/.test(row)) {
      left -= row.startsWith('\\') ? 0 : 1;
      continue;
    }
    const hunk = HUNK.exec(row);
    if (hunk !== null) left = takeHunk(files.at(-1), row, hunk);
    const target = TARGET.exec(row);
    if (target !== null) files.push({ path: target[1] ?? target[2] ?? '', ranges: [] });
  }
  return files;
}

/** How many lines the hunk has, of both sides. */
function takeHunk(
  file: ChangedFile | undefined,
  row: string,
  [, start, count = '1']: RegExpExecArray,
): number {
  const added = Number(count);
  if (added > 0) file?.ranges.push([Number(start), Number(start) + added - 1]);
  const removed = /^@@ -\d+(?:,(\d+))?/.exec(row)?.[1] ?? '1';
  return added + Number(removed);
}

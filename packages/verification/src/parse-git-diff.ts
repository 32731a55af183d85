import { decodeGitPath } from './decode-git-path.ts';
import { LineCursor } from './line-cursor.ts';
import { rejectPatch } from './reject-patch.ts';

/** One entry of a diff. A file that becomes a link, or the other way round, is two: deleted, then added. */
export interface PatchedFile {
  /** Relative to the repository; bytes that are not UTF-8 are replaced. */
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Mode afterwards, as git writes it; undefined where the file is gone, or only its contents are said to change. */
  readonly mode: string | undefined;
  readonly isSymlink: boolean;
}

const MAX_BINARY_BYTES = 256 << 20;

const HEADER = /^diff --git (.+)$/s;
const MODE_LINE = /^(old mode|new mode|new file mode|deleted file mode) (\d+)$/;
const INDEX_LINE = /^index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: (\d+))?$/;
const HUNK = /^@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@/;
const BINARY_HUNK = /^(?:literal|delta) (\d{1,12})$/;
const BINARY_LINE = /^[A-Za-z][\u0021-\u007E]{5,65}$/;
const SYMLINK = '120000';
const MODES = ['100644', '100755', SYMLINK];

/**
 * Parses a diff as `git diff-index --no-renames --full-index --binary` writes it, and nothing else. Whatever another
 * parser could read in another way is refused (`patch_rejected`), so that the paths found here are those git touches.
 */
export function parseGitDiff(diff: Uint8Array, maxFiles: number): PatchedFile[] {
  // One character per byte: names and contents may have any.
  const cursor = new LineCursor(
    Buffer.from(diff.buffer, diff.byteOffset, diff.byteLength).toString('latin1'),
  );
  const files: PatchedFile[] = [];
  while (!cursor.isAtEnd) {
    if (files.length === maxFiles) throw rejectPatch(`it touches more than ${maxFiles} files`);
    files.push(parseFile(cursor));
  }
  return files;
}

function parseFile(cursor: LineCursor): PatchedFile {
  const header = cursor.take(HEADER)?.[1];
  const name = header === undefined ? undefined : parseHeader(header);
  if (name === undefined) throw rejectPatch('a line is not what git writes between files');
  const path = Buffer.from(name, 'latin1').toString('utf8');
  const { kind, mode } = parseModes(cursor, path);
  if (cursor.take(/^GIT binary patch$/)) {
    skipBinary(cursor, path);
  } else if (cursor.peek().startsWith('--- ')) {
    expectName(cursor, '---', { path, name: kind === 'added' ? undefined : `a/${name}` });
    expectName(cursor, '+++', { path, name: kind === 'deleted' ? undefined : `b/${name}` });
    skipHunks(cursor, path);
  }
  return { path, kind, mode, isSymlink: mode === SYMLINK };
}

/** `a/x b/x`, both quoted where one is. Both names are the same, which makes names with spaces unambiguous. */
function parseHeader(names: string): string | undefined {
  const middle = (names.length - 1) / 2;
  const old = decodeGitPath(names.slice(0, middle));
  const now = decodeGitPath(names.slice(middle + 1));
  const isPair =
    names.charAt(middle) === ' ' && old?.startsWith('a/') === true && now?.startsWith('b/') === true;
  return isPair && old.slice(2) === now.slice(2) ? old.slice(2) : undefined;
}

/** What the lines between header and contents say, by those that git writes together. */
const KIND_BY_MODES: Readonly<Record<string, PatchedFile['kind']>> = {
  'new file mode': 'added',
  'deleted file mode': 'deleted',
  'old mode,new mode': 'modified',
  index: 'modified',
};

function parseModes(cursor: LineCursor, path: string): Pick<PatchedFile, 'kind' | 'mode'> {
  const names: string[] = [];
  let last: string | undefined;
  const add = (name: string, mode: string): void => {
    names.push(name);
    last = checkMode(mode, path);
  };
  for (let line = cursor.take(MODE_LINE); line !== undefined; line = cursor.take(MODE_LINE)) {
    add(line[1] ?? '', line[2] ?? '');
  }
  const indexMode = cursor.take(INDEX_LINE)?.[1];
  if (indexMode !== undefined) add('index', indexMode);
  const kind = KIND_BY_MODES[names.join()];
  if (kind === undefined) throw rejectPatch('has modes that do not fit together', path);
  return { kind, mode: kind === 'deleted' ? undefined : last };
}

function checkMode(mode: string, path: string): string {
  if (mode === '160000') throw rejectPatch('is a submodule', path);
  if (!MODES.includes(mode)) throw rejectPatch(`has the mode ${mode.slice(0, 10)}`, path);
  return mode;
}

interface ExpectedName {
  readonly path: string;
  /** Undefined for /dev/null. */
  readonly name: string | undefined;
}

/** Git ends a name that has a space with a tab. */
function expectName(cursor: LineCursor, mark: string, { path, name = '/dev/null' }: ExpectedName): void {
  const line = cursor.next();
  const written = name.includes(' ') ? line.slice(4).replace(/\t$/, '') : line.slice(4);
  if (!line.startsWith(`${mark} `) || decodeGitPath(written) !== name) {
    throw rejectPatch('goes by two names', path);
  }
}

function skipHunks(cursor: LineCursor, path: string): void {
  let hunks = 0;
  for (let head = cursor.take(HUNK); head !== undefined; head = cursor.take(HUNK)) {
    hunks += 1;
    skipHunk(cursor, { old: Number(head[1] ?? 1), now: Number(head[2] ?? 1) }, path);
  }
  if (hunks === 0) throw rejectPatch('has no hunk', path);
}

/** Which side of a hunk a line counts on, by its first character. */
const HUNK_LINES: Readonly<Record<string, { readonly old: number; readonly now: number }>> = {
  ' ': { old: 1, now: 1 },
  '-': { old: 1, now: 0 },
  '+': { old: 0, now: 1 },
  '\\': { old: 0, now: 0 },
};

/** Which lines belong to a hunk is told by its counts alone: contents may look like the start of another file. */
function skipHunk(cursor: LineCursor, left: { old: number; now: number }, path: string): void {
  while (left.old > 0 || left.now > 0 || cursor.peekMark() === '\\') {
    const counted = HUNK_LINES[cursor.peekMark()];
    if (counted === undefined || counted.old > left.old || counted.now > left.now) {
      throw rejectPatch('has a hunk that is not as long as it says', path);
    }
    left.old -= counted.old;
    left.now -= counted.now;
    cursor.next();
  }
}

/** The new contents and, where git gives them, the old ones; an empty line ends each. */
function skipBinary(cursor: LineCursor, path: string): void {
  let hunks = 0;
  for (let head = cursor.take(BINARY_HUNK); head !== undefined; head = cursor.take(BINARY_HUNK)) {
    hunks += 1;
    if (Number(head[1]) > MAX_BINARY_BYTES) throw rejectPatch('is too large', path);
    while (cursor.take(BINARY_LINE)) continue;
    if (cursor.isAtEnd || cursor.next() !== '') throw rejectPatch('has a broken binary hunk', path);
  }
  if (hunks === 0 || hunks > 2) throw rejectPatch('has a broken binary hunk', path);
}

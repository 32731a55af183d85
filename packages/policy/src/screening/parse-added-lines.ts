export interface AddedLine {
  /** In the file as it is afterwards, from 1. */
  readonly line: number;
  readonly text: string;
}

/** What a change adds to one file. */
export interface AddedFile {
  readonly path: string;
  /** As git writes it; undefined where the change does not say. */
  readonly mode: string | undefined;
  readonly isBinary: boolean;
  readonly isDeleted: boolean;
  /** Of lines that are longer than what is looked at, the first; undefined where there is none. */
  readonly cutLine: number | undefined;
  readonly added: readonly AddedLine[];
}

/** A line behind this many characters says no more to a screener. */
const MAX_LINE_CHARS = 8_192;

interface OpenFile {
  path: string;
  mode: string | undefined;
  isBinary: boolean;
  isDeleted: boolean;
  cutLine: number | undefined;
  readonly added: AddedLine[];
}

/**
 * The added lines of a git diff, file by file. Lenient, since it judges nothing: what git would not read is refused by
 * verification. Bounded by the text.
 */
export function parseAddedLines(diff: string): AddedFile[] {
  const files: OpenFile[] = [];
  let file: OpenFile | undefined;
  let line = 0;
  let left = 0;
  for (const text of diff.split('\n')) {
    if (left > 0) {
      if (text.startsWith('+')) addLine(file, line, text);
      if (text.startsWith('+') || text.startsWith(' ') || text === '') {
        line += 1;
        left -= 1;
      }
      continue;
    }
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d{1,9})(?:,(\d{1,9}))? @@/.exec(text);
    if (hunk !== null) [line, left] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    else file = readHeader(text, file, files);
  }
  return files;
}

function addLine(file: OpenFile | undefined, line: number, text: string): void {
  if (file === undefined) return;
  if (text.length > MAX_LINE_CHARS) file.cutLine ??= line;
  file.added.push({ line, text: text.slice(1, MAX_LINE_CHARS) });
}

function readHeader(text: string, file: OpenFile | undefined, files: OpenFile[]): OpenFile | undefined {
  const header = /^diff --git (.+)$/.exec(text);
  if (header !== null) {
    const opened: OpenFile = {
      path: pathOf(header[1] ?? ''),
      mode: undefined,
      isBinary: false,
      isDeleted: false,
      cutLine: undefined,
      added: [],
    };
    files.push(opened);
    return opened;
  }
  if (file !== undefined) readFact(text, file);
  return file;
}

function readFact(text: string, file: OpenFile): void {
  const mode = /^(?:new file mode|new mode|index \S+) (\d+)$/.exec(text);
  if (mode !== null) file.mode = mode[1];
  if (text.startsWith('deleted file mode')) file.isDeleted = true;
  if (text.startsWith('GIT binary patch') || text.startsWith('Binary files ')) file.isBinary = true;
  const name = /^\+\+\+ (.+)$/.exec(text)?.[1];
  if (name !== undefined && name !== '/dev/null') file.path = unquote(name).replace(/^b\//, '');
}

/** The second of two equal names. */
function pathOf(names: string): string {
  return unquote(names.slice((names.length + 1) / 2)).replace(/^b\//, '');
}

function unquote(name: string): string {
  if (!name.startsWith('"')) return name.replace(/\t$/, '');
  const bytes = name
    .slice(1, -1)
    .replaceAll(/\\([0-7]{3}|.)/g, (_, escape: string) =>
      escape.length === 3 ? String.fromCharCode(Number.parseInt(escape, 8)) : escape,
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

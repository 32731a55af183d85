import { LineIndex } from './line-index.ts';
import type { PatchChunk, PatchLine } from './parse-patch.ts';
import { rejectPatch } from './reject-patch.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * The text of a file with the chunks of an update applied. Chunks are searched forward only, in the order given.
 * Context lines stay as the file has them, also where they matched loosely; added lines get the file's own line
 * ending, so that a CRLF file stays one though patches are written with LF. The result ends in a newline.
 * A chunk that only adds lines adds them after its last `@@` context, or at the end of the file without one.
 * Throws `patch_rejected` naming the context or the lines that are not there.
 */
export function applyChunks(path: string, text: string, chunks: readonly PatchChunk[]): string {
  const carriageReturn = usesCrlf(text) ? '\r' : '';
  const index = new LineIndex(splitLines(text, carriageReturn));
  const edits: Edit[] = [];
  let from = 0;
  for (const chunk of chunks) {
    const edit = locate(chunk, { path, index, from, carriageReturn });
    edits.push(edit);
    // Lines that only go to the end of the file do not move the search on.
    from = edit.start === index.lines.length ? from : edit.end;
  }
  const lines = replaceLines(index.lines, edits);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Whether most lines end in CRLF. */
function usesCrlf(text: string): boolean {
  return (text.split('\r\n').length - 1) * 2 > text.split('\n').length - 1;
}

/** Lines without their `\n`; a `\r` stays part of its line, and a last line without an ending gets one. */
function splitLines(text: string, carriageReturn: string): string[] {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  return rest === '' ? lines : [...lines, rest + carriageReturn];
}

interface Search {
  readonly path: string;
  readonly index: LineIndex;
  readonly from: number;
  readonly carriageReturn: string;
}

function locate(chunk: PatchChunk, search: Search): Edit {
  const from = chunk.contexts.reduce(
    (at, context) => passContext(context, { ...search, from: at }),
    search.from,
  );
  const old = oldTexts(chunk.lines);
  if (old.length === 0) {
    const start = chunk.contexts.length > 0 && !chunk.atEndOfFile ? from : search.index.lines.length;
    return { start, end: start, lines: chunk.lines.map((line) => line.text + search.carriageReturn) };
  }
  const where = { from, atEnd: chunk.atEndOfFile };
  const start = search.index.find(old, where);
  if (start !== undefined) return replaceAt(start, chunk.lines, search);
  const shorter = withoutLastBlank(chunk.lines);
  const found = shorter && search.index.find(oldTexts(shorter), where);
  if (shorter !== undefined && found !== undefined) return replaceAt(found, shorter, search);
  throw notFound(search, old, from);
}

const oldTexts = (lines: readonly PatchLine[]): string[] =>
  lines.filter((line) => line.sign !== '+').map((line) => line.text);

/** Where to go on searching: behind the context line. */
function passContext(context: string, { path, index, from }: Search): number {
  const at = index.find([context], { from, atEnd: false });
  if (at !== undefined) return at + 1;
  throw rejectPatch(
    `Failed to find context ${JSON.stringify(context)} in ${path}${fromLine(from)}. ${earlier([context], index)}`,
  );
}

/** A blank line that ends a chunk often only separates it from what follows. */
function withoutLastBlank(lines: readonly PatchLine[]): readonly PatchLine[] | undefined {
  const last = lines.findLastIndex((line) => line.sign !== '+');
  if (lines[last]?.text !== '' || oldTexts(lines).length === 1) return undefined;
  return lines.toSpliced(last, 1);
}

function replaceAt(start: number, chunk: readonly PatchLine[], { index, carriageReturn }: Search): Edit {
  const lines: string[] = [];
  let at = start;
  for (const { sign, text } of chunk) {
    if (sign === '+') lines.push(text + carriageReturn);
    if (sign === ' ') lines.push(index.lines[at] ?? '');
    if (sign !== '+') at += 1;
  }
  return { start, end: at, lines };
}

function replaceLines(lines: readonly string[], edits: readonly Edit[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    for (const line of lines.slice(at, edit.start)) result.push(line);
    for (const line of edit.lines) result.push(line);
    at = edit.end;
  }
  for (const line of lines.slice(at)) result.push(line);
  return result;
}

function notFound({ path, index }: Search, old: readonly string[], from: number): Error {
  return rejectPatch(
    `Failed to find expected lines in ${path}${fromLine(from)}:\n${old.join('\n').slice(0, 2_000)}\n${earlier(old, index)}`,
  );
}

const fromLine = (from: number): string => (from === 0 ? '' : ` from line ${from + 1} on`);

function earlier(wanted: readonly string[], index: LineIndex): string {
  const at = index.find(wanted, { from: 0, atEnd: false });
  return at === undefined
    ? 'Read that part of the file again and copy its lines exactly.'
    : `They are at line ${at + 1}, before the chunk above: give the chunks in the order of the file.`;
}

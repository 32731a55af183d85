import { LineReader } from './line-reader.ts';
import { rejectPatch } from './reject-patch.ts';

/** One line of a chunk: kept (context), added or removed. */
export interface PatchLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

export interface PatchChunk {
  /** Lines such as a class or function header; each narrows down where the chunk is searched. */
  readonly contexts: readonly string[];
  readonly lines: readonly PatchLine[];
  readonly atEndOfFile: boolean;
}

export type PatchSection =
  | { readonly kind: 'add'; readonly path: string; readonly lines: readonly string[] }
  | { readonly kind: 'delete'; readonly path: string }
  | {
      readonly kind: 'update';
      readonly path: string;
      readonly moveTo: string | undefined;
      readonly chunks: readonly PatchChunk[];
    };

const BEGIN = '*** Begin Patch';
const END = '*** End Patch';
const ADD = '*** Add File: ';
const DELETE = '*** Delete File: ';
const UPDATE = '*** Update File: ';
const MOVE = '*** Move to: ';
const END_OF_FILE = '*** End of File';
/** A patch answers with one line per file, and the answer has to fit into a frame. */
const MAX_SECTIONS = 500;

const HEREDOC = /^(?:apply_?patch\s*)?<<-?\s*(['"]?)(\w+)\1[ \t]*\r?\n([\s\S]*?)\r?\n\2$/;
/** Header of a unified diff's hunk: its numbers say nothing here, what follows them is context. */
const UNIFIED_HUNK = /^-\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?/;

/**
 * Reads a patch in the format that Codex models are trained on (codex `apply_patch`), bare or as a heredoc.
 * Throws `patch_rejected` with words for the model where it is malformed.
 */
export function parsePatch(text: string): PatchSection[] {
  const reader = new LineReader(unwrapHeredoc(text.trim()).split(/\r?\n/));
  const last = reader.dropLast();
  if (reader.take()?.trim() !== BEGIN) throw malformed(1, `The first line must be "${BEGIN}".`);
  if (last?.trim() !== END) throw malformed(reader.lastLine, `The last line must be "${END}".`);
  const sections: PatchSection[] = [];
  while (reader.peek() !== undefined) {
    if (sections.length === MAX_SECTIONS)
      throw malformed(reader.line, `Over ${MAX_SECTIONS} files: send several patches.`);
    sections.push(parseSection(reader));
  }
  if (sections.length === 0) throw malformed(2, 'It changes no file.');
  return sections;
}

function unwrapHeredoc(text: string): string {
  return HEREDOC.exec(text)?.[3]?.trim() ?? text;
}

function parseSection(reader: LineReader): PatchSection {
  const header = reader.take()?.trim() ?? '';
  if (header.startsWith(ADD)) return parseAdd(header.slice(ADD.length), reader);
  if (header.startsWith(DELETE)) return { kind: 'delete', path: header.slice(DELETE.length) };
  if (header.startsWith(UPDATE)) return parseUpdate(header.slice(UPDATE.length), reader);
  throw malformed(
    reader.line - 1,
    `${quote(header)} is no file header. Use "${ADD}<path>", "${DELETE}<path>" or "${UPDATE}<path>"; lines of a new file start with "+".`,
  );
}

function parseAdd(path: string, reader: LineReader): PatchSection {
  const lines: string[] = [];
  while (reader.peek()?.startsWith('+') === true) lines.push((reader.take() ?? '').slice(1));
  return { kind: 'add', path, lines };
}

function parseUpdate(path: string, reader: LineReader): PatchSection {
  const at = reader.line - 1;
  const moveTo =
    reader.peek()?.startsWith(MOVE) === true ? reader.take()?.slice(MOVE.length).trim() : undefined;
  const chunks: PatchChunk[] = [];
  for (let line = reader.peek(); line !== undefined && !line.startsWith('*'); line = reader.peek()) {
    // A blank line between chunks belongs to none; inside a chunk it is an empty context line.
    if (line.trim() === '') reader.take();
    else chunks.push(parseChunk(reader, chunks.length === 0));
  }
  if (chunks.length === 0 && moveTo === undefined)
    throw malformed(at, `The update of ${quote(path)} has no change.`);
  return { kind: 'update', path, moveTo, chunks };
}

function parseChunk(reader: LineReader, isFirst: boolean): PatchChunk {
  const at = reader.line;
  const contexts: string[] = [];
  while (isContext(reader.peek())) {
    const context = (reader.take() ?? '').slice(3).replace(UNIFIED_HUNK, '');
    if (context.trim() !== '') contexts.push(context);
  }
  if (reader.line === at && !isFirst)
    throw malformed(at, `Expected "@@" before ${quote(reader.peek() ?? '')}.`);
  const lines: PatchLine[] = [];
  for (let line = parseLine(reader); line !== undefined; line = parseLine(reader)) lines.push(line);
  if (lines.length === 0) {
    throw malformed(reader.line, 'A chunk line must start with " " (context), "+" (added) or "-" (removed).');
  }
  const atEndOfFile = reader.peek() === END_OF_FILE;
  if (atEndOfFile) reader.take();
  return { contexts, lines, atEndOfFile };
}

const isContext = (line: string | undefined): boolean => line === '@@' || line?.startsWith('@@ ') === true;

/** Takes the next line of a chunk; undefined where the chunk ends. */
function parseLine(reader: LineReader): PatchLine | undefined {
  const line = reader.peek();
  const sign = line === '' ? ' ' : line?.[0];
  if (line === undefined || (sign !== ' ' && sign !== '+' && sign !== '-')) return undefined;
  reader.take();
  return { sign, text: line.slice(1) };
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 200));

const malformed = (line: number, what: string) => rejectPatch(`Line ${line} of the patch: ${what}`);

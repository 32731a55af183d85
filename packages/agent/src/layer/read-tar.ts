import { dropAll, EndOfInput, type ByteReader } from './byte-reader.ts';
import { BLOCK_BYTES, parsePaxRecords, parseTarHeader, type TarHeader } from './parse-tar-header.ts';
import { SourceProblem } from './source-problem.ts';

/** What Drydock takes out of an archive: nothing else is ever made. */
export type TarEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly size: number;
      readonly executable: boolean;
      /** To be read to its end, or not at all, before the next entry. */
      readonly chunks: AsyncIterable<Buffer>;
    }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'symlink' | 'hardlink'; readonly path: string; readonly target: string };

const MAX_EXTENSION_BYTES = 64 * 1_024;
const EXECUTABLE_BITS = 0o111;
const FORBIDDEN: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  S: 'a sparse file',
  M: 'a part of another archive',
};

/** What extended headers say about the entry behind them. */
interface Overrides {
  path?: Buffer;
  link?: Buffer;
  size?: number;
}

/**
 * Reads a tar archive (ustar, pax, GNU long names) entry by entry. It is strict: whatever it does not know ends it with
 * a SourceProblem, because two programs that read one archive in two ways are how checks are passed by.
 */
export async function* readTar(input: ByteReader): AsyncGenerator<TarEntry, void> {
  let overrides: Overrides = {};
  for (;;) {
    const header = await readHeader(input);
    if (header === undefined) return;
    const extension = await readExtension(input, header);
    if (extension !== undefined) {
      overrides = { ...overrides, ...extension };
      continue;
    }
    yield* readEntry(input, header, overrides);
    overrides = {};
  }
}

async function* readEntry(
  input: ByteReader,
  header: TarHeader,
  overrides: Overrides,
): AsyncGenerator<TarEntry, void> {
  const path = decode(overrides.path ?? header.name);
  const target = decode(overrides.link ?? header.link);
  const size = overrides.size ?? header.size;
  switch (header.type) {
    case '0':
    case '7':
      yield* readFile(input, { path, size, executable: (header.mode & EXECUTABLE_BITS) !== 0 });
      return;
    case '5':
      yield { kind: 'directory', path };
      return;
    case '2':
      yield { kind: 'symlink', path, target };
      return;
    case '1':
      yield { kind: 'hardlink', path, target };
      return;
    default:
      throw new SourceProblem(
        `The archive has ${FORBIDDEN[header.type] ?? 'an entry of an unknown type'}: ${quote(path)}.`,
      );
  }
}

async function* readFile(
  input: ByteReader,
  file: { readonly path: string; readonly size: number; readonly executable: boolean },
): AsyncGenerator<TarEntry, void> {
  let left = file.size;
  const chunks = (async function* () {
    for await (const chunk of input.take(left)) {
      left -= chunk.length;
      yield chunk;
    }
  })();
  yield { kind: 'file', ...file, chunks };
  await dropAll(input.take(left + paddingOf(file.size)));
}

async function readHeader(input: ByteReader): Promise<TarHeader | undefined> {
  const block = await input.read(BLOCK_BYTES);
  if (block === undefined) throw new EndOfInput('The archive has no end.');
  return parseTarHeader(block);
}

/** Reads a header that is about the next entry; undefined where this one is an entry. */
async function readExtension(input: ByteReader, header: TarHeader): Promise<Overrides | undefined> {
  if (!['x', 'g', 'L', 'K'].includes(header.type)) return undefined;
  if (header.size > MAX_EXTENSION_BYTES)
    throw new SourceProblem('The archive has an extended header too large.');
  const body = (await input.read(header.size)) ?? Buffer.alloc(0);
  await dropAll(input.take(paddingOf(header.size)));
  if (header.type === 'L') return { path: withoutNul(body) };
  if (header.type === 'K') return { link: withoutNul(body) };
  const overrides = toOverrides(parsePaxRecords(body));
  // Global: it would rename everything behind it. `git archive` puts a mere comment there.
  if (header.type === 'g' && Object.keys(overrides).length > 0) {
    throw new SourceProblem('The archive has a global header that changes its entries.');
  }
  return overrides;
}

function toOverrides(records: ReadonlyMap<string, Buffer>): Overrides {
  const overrides: Overrides = {};
  for (const [key, value] of records) {
    if (key.startsWith('GNU.sparse.')) throw new SourceProblem('The archive has a sparse file.');
    if (key === 'path') overrides.path = value;
    else if (key === 'linkpath') overrides.link = value;
    else if (key === 'size') overrides.size = parseSize(value.toString('latin1'));
  }
  return overrides;
}

function parseSize(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SourceProblem('The archive has a number that is none.');
}

function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

function withoutNul(body: Buffer): Buffer {
  const end = body.indexOf(0);
  return end < 0 ? body : body.subarray(0, end);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SourceProblem(`The archive has a name that is not UTF-8: ${quote(bytes.toString('latin1'))}.`, {
      cause,
    });
  }
}

/** A name of the archive in a message: one line, and not long. */
export function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}

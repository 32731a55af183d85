import { SourceProblem } from './source-problem.ts';

export const BLOCK_BYTES = 512;

/** One header block, as it stands; names are bytes. */
export interface TarHeader {
  readonly name: Buffer;
  readonly link: Buffer;
  readonly size: number;
  readonly mode: number;
  /** `0` a file, `5` a directory, `2` a symbolic link, `1` a hard link, `x` and `g` pax records, `L` and `K` GNU names. */
  readonly type: string;
}

/** Parses a header block; undefined for one of zeros, which ends an archive. Throws SourceProblem for anything else. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const sum = block.reduce((all, byte) => all + byte, 0);
  // The checksum's own field counts as blanks.
  const own = block.subarray(148, 156).reduce((all, byte) => all + byte, 0);
  if (parseOctal(readText(block.subarray(148, 156)).toString('latin1').trim()) !== sum - own + 8 * 0x20) {
    throw new SourceProblem('The archive is not a tar archive, or is damaged.');
  }
  return {
    name: readName(block),
    link: readText(block.subarray(157, 257)),
    size: readNumber(block.subarray(124, 136)),
    mode: readNumber(block.subarray(100, 108)),
    type: String.fromCodePoint(block[156] || 0x30),
  };
}

/** Parses the body of a pax header: `<length> <key>=<value>\n`, the length counting itself. */
export function parsePaxRecords(body: Buffer): ReadonlyMap<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let start = 0; start < body.length;) {
    const [text = '', length = ''] = /^(\d{1,6}) /.exec(body.toString('latin1', start, start + 8)) ?? [];
    const end = start + Number(length);
    const equals = body.indexOf('=', start);
    const isWhole = text !== '' && end <= body.length && body[end - 1] === 0x0a;
    if (!isWhole || equals < 0 || equals >= end) throw new SourceProblem('A pax header is malformed.');
    records.set(body.toString('latin1', start + text.length, equals), body.subarray(equals + 1, end - 1));
    start = end;
  }
  return records;
}

/** POSIX splits long names; old GNU uses the same bytes for something else, and has another magic. */
function readName(block: Buffer): Buffer {
  const name = readText(block.subarray(0, 100));
  const prefix = readText(block.subarray(345, 500));
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  return isPosix && prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name;
}

function readText(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** Octal digits; or, for large numbers, base 256 behind a set first bit. */
function readNumber(field: Buffer): number {
  const first = field[0] ?? 0;
  const value =
    first === 0x80
      ? Number(BigInt(`0x${field.subarray(1).toString('hex')}`))
      : parseOctal(readText(field).toString('latin1').trim());
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new SourceProblem('The archive has a number that is none.');
}

function parseOctal(text: string): number {
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

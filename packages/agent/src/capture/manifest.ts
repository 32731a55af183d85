import { createHash } from 'node:crypto';
import { closeSync, openSync, readlinkSync, readSync, type BigIntStats } from 'node:fs';
import { at, join, kind, list, stat } from './tree-access.ts';

/** One entry of a tree, as far as equal trees have it equal. */
export interface ManifestEntry {
  /** Kind and permissions. */
  readonly mode: bigint;
  readonly mtimeNs: bigint;
  /** Of a file's bytes or a link's target; empty for a directory. */
  readonly digest: string;
  readonly size: bigint;
}

const CHUNK_BYTES = 1 << 20;
const SEPARATOR = '\0';

/** Describes everything below `root`, itself included, a directory before what is in it. */
export function encodeManifest(root: string): Buffer {
  const lines: string[] = [];
  const visit = (path: string): void => {
    const found = stat(root, path);
    if (found === undefined) throw new Error(`${path} is gone.`);
    const digest = found.isDirectory() ? '' : digestOf(root, path, found);
    lines.push(`${found.mode} ${found.mtimeNs} ${sizeOf(found)} ${digest} ${path}`);
    if (found.isDirectory()) for (const name of list(root, path) ?? []) visit(join(path, name));
  };
  visit('');
  return Buffer.from(lines.join(SEPARATOR), 'latin1');
}

/** Entries by path. The text is ours: only the builder writes it. */
export function parseManifest(bytes: Buffer): ReadonlyMap<string, ManifestEntry> {
  const lines = bytes.toString('latin1').split(SEPARATOR);
  return new Map(lines.map((line) => parseLine(line)));
}

function parseLine(line: string): readonly [string, ManifestEntry] {
  const [mode = '', mtimeNs = '', size = '', digest = ''] = line.split(' ', 4);
  const path = line.slice(mode.length + mtimeNs.length + size.length + digest.length + 4);
  return [path, { mode: BigInt(mode), mtimeNs: BigInt(mtimeNs), size: BigInt(size), digest }];
}

/** Whether an entry that is no directory is the one that was noted, to its last byte. */
export function isNoted(
  root: string,
  path: string,
  { now, before }: { now: BigIntStats; before: ManifestEntry },
): boolean {
  if (now.mode !== before.mode || now.mtimeNs !== before.mtimeNs || now.size !== before.size) return false;
  return digestOf(root, path, now) === before.digest;
}

/** A directory's depends on the file system. */
function sizeOf(found: BigIntStats): bigint {
  return found.isDirectory() ? 0n : found.size;
}

function digestOf(root: string, path: string, found: BigIntStats): string {
  const hash = createHash('sha256');
  if (kind(found) === 0o120000n) hash.update(readlinkSync(at(root, path), { encoding: 'buffer' }));
  else if (found.isFile()) for (const chunk of readChunks(at(root, path))) hash.update(chunk);
  return hash.digest('base64');
}

function* readChunks(path: Buffer): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    // Bounded by the file, whose size is its file system's at most.
    for (let length = -1; length !== 0;) {
      length = readSync(file, buffer);
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

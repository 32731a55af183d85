import { findPathFault } from '@drydock/core';
import { copyFile, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errnoOf } from '../workspace/errno.ts';
import { ByteReader, dropAll, EndOfInput } from './byte-reader.ts';
import { quote, readTar, type TarEntry } from './read-tar.ts';
import { SourceProblem } from './source-problem.ts';
import { MAX_TREE_BYTES, MAX_TREE_ENTRIES } from './tree-limits.ts';

/** How many times larger than its compressed form an archive may be, beyond the first bytes. */
const MAX_RATIO = 100;
const RATIO_FREE_BYTES = 16 * 1_024 * 1_024;
const MAX_TARGET_BYTES = 4_095;

/**
 * Unpacks a gzipped tar archive into an empty directory, and resolves with the paths of files and links. Throws
 * SourceProblem where it is malformed, too large, or would write anywhere but at the path that an entry shows.
 */
export async function unpackArchive(
  root: string,
  compressed: AsyncIterable<Buffer>,
): Promise<readonly string[]> {
  const meter = new Meter();
  const tree = new Unpacking(root, meter);
  try {
    await pipeline(meter.countIn(compressed), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      const input = new ByteReader(meter.countOut(chunks));
      for await (const entry of readTar(input)) await tree.add(entry);
      // What stands behind the end counts for the limits, and for nothing else.
      await dropAll(input.rest());
    });
  } catch (error) {
    throw explain(error);
  }
  return tree.finish();
}

/** Refuses bombs while they unfold, not afterwards. */
class Meter {
  #in = 0;
  #out = 0;

  async *countIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      this.#in += chunk.length;
      yield chunk;
    }
  }

  async *countOut(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      this.add(chunk.length);
      yield chunk;
    }
  }

  /** Also what no byte of the archive stands for: the copies that hard links are. */
  add(bytes: number): void {
    this.#out += bytes;
    if (this.#out > RATIO_FREE_BYTES + MAX_RATIO * this.#in)
      throw new SourceProblem(`The archive unfolds to more than ${MAX_RATIO} times its size.`);
    if (this.#out > MAX_TREE_BYTES) {
      throw new SourceProblem(`The archive unfolds to more than ${MAX_TREE_BYTES} bytes.`);
    }
  }
}

/**
 * A tree that grows entry by entry. Symbolic links are made last, so that nothing can be written through one; every
 * file is new (`wx`), so that nothing is written twice.
 */
class Unpacking {
  readonly #root: string;
  readonly #meter: Meter;
  readonly #files = new Map<string, number>();
  readonly #links = new Map<string, string>();
  #entries = 0;

  constructor(root: string, meter: Meter) {
    this.#root = root;
    this.#meter = meter;
  }

  async add(entry: TarEntry): Promise<void> {
    this.#entries += 1;
    if (this.#entries > MAX_TREE_ENTRIES) {
      throw new SourceProblem(`The archive has more than ${MAX_TREE_ENTRIES} entries.`);
    }
    const path = normalize(entry.path);
    // A repository inside is not taken for one: the tree is what counts.
    if (path === '' || path.split('/').includes('.git')) return;
    this.#assertPath(path);
    await orTaken(path, () => this.#make(path, entry));
  }

  async finish(): Promise<readonly string[]> {
    for (const [path, target] of this.#links) {
      await orTaken(path, () => symlink(target, join(this.#root, path)));
    }
    const paths = [...this.#files.keys(), ...this.#links.keys()];
    if (paths.length === 0) throw new SourceProblem('The archive has no file.');
    return paths;
  }

  #assertPath(path: string): void {
    const fault = findPathFault(path);
    if (fault !== undefined) throw new SourceProblem(`The path ${quote(path)} is refused: it ${fault}.`);
    if (this.#links.has(path)) throw new SourceProblem(`Two entries want the path ${quote(path)}.`);
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      if (!this.#links.has(parts.slice(0, depth).join('/'))) continue;
      throw new SourceProblem(`The path ${quote(path)} leads through a symbolic link.`);
    }
  }

  async #make(path: string, entry: TarEntry): Promise<void> {
    const target = join(this.#root, path);
    await mkdir(entry.kind === 'directory' ? target : dirname(target), { recursive: true });
    switch (entry.kind) {
      case 'directory':
        return;
      case 'file':
        await writeFile(target, entry);
        this.#files.set(path, entry.size);
        return;
      case 'symlink':
        this.#addLink(path, entry.target);
        return;
      case 'hardlink':
        await this.#copy(path, normalize(entry.target));
    }
  }

  #addLink(path: string, target: string): void {
    const isUsable = target !== '' && !target.includes('\0') && Buffer.byteLength(target) <= MAX_TARGET_BYTES;
    if (!isUsable) throw new SourceProblem(`The symbolic link ${quote(path)} has no usable target.`);
    if (this.#files.has(path)) throw new SourceProblem(`Two entries want the path ${quote(path)}.`);
    this.#links.set(path, target);
  }

  /** Git knows no hard links. Only a file of this archive can be meant. */
  async #copy(path: string, from: string): Promise<void> {
    const bytes = this.#files.get(from);
    if (bytes === undefined) {
      throw new SourceProblem(`The hard link ${quote(path)} does not lead to a file before it.`);
    }
    this.#meter.add(bytes);
    await copyFile(join(this.#root, from), join(this.#root, path), 1);
    this.#files.set(path, bytes);
  }
}

async function writeFile(path: string, entry: Extract<TarEntry, { kind: 'file' }>): Promise<void> {
  // Whatever else the archive says of its mode: there are two.
  await using file = await open(path, 'wx', entry.executable ? 0o755 : 0o644);
  await file.writeFile(entry.chunks);
}

async function orTaken(path: string, make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    const isTaken = ['EEXIST', 'EISDIR', 'ENOTDIR'].includes(errnoOf(error) ?? '');
    throw isTaken ? new SourceProblem(`Two entries want the path ${quote(path)}, or a part of it.`) : error;
  }
}

/** `./a/` and `a` are the same entry. */
function normalize(path: string): string {
  return path
    .replace(/^(?:\.\/+)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}

function explain(error: unknown): unknown {
  if (error instanceof EndOfInput) return new SourceProblem('The archive ends too early.');
  const code = errnoOf(error) ?? '';
  if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE')
    return new SourceProblem('The archive is not gzip, or is damaged.');
  return error;
}

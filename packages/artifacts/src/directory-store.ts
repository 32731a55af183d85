import { createHash, randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest } from '@drydock/contracts';
import type { ArtifactStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';

export interface DirectoryStoreOptions {
  /** Largest artifact, bytes. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
/** A file that is being written is younger than this; an older one was left by a crash. */
const STALE_MS = 60 * 60 * 1_000;
const INCOMING = 'incoming';

/**
 * Artifacts as files named by their SHA-256, in 256 directories. Written beside their place, synced, renamed, and the
 * directory synced: a digest that was returned survives a power cut, and no reader ever sees half a file.
 * Throws `body_too_large` for what is over `maxBytes` and `store_unavailable` where the disk fails.
 */
export class DirectoryStore implements ArtifactStore {
  readonly #dir: string;
  readonly #maxBytes: number;
  #hasSwept = false;

  constructor(dir: string, { maxBytes = DEFAULT_MAX_BYTES }: DirectoryStoreOptions = {}) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    if (bytes.byteLength > this.#maxBytes) throw new DrydockError('body_too_large');
    const digest = digestOf(bytes);
    try {
      await this.#write(digest, bytes);
    } catch (cause) {
      throw new DrydockError('store_unavailable', {
        message: 'The artifact store cannot be written.',
        cause,
      });
    }
    return digest;
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const bytes = await this.#read(digest);
    if (digestOf(bytes) === digest) return bytes;
    throw new DrydockError('internal_error', {
      message: 'A stored artifact does not match its digest.',
      details: { digest },
    });
  }

  /** What is already there is replaced by the same bytes: that mends a damaged file and needs no trust in a good one. */
  async #write(digest: Digest, bytes: Uint8Array): Promise<void> {
    const incoming = join(this.#dir, INCOMING);
    const shard = join(this.#dir, shardOf(digest));
    await makeDirectory(this.#dir, INCOMING);
    await makeDirectory(this.#dir, shardOf(digest));
    const path = join(incoming, randomUUID());
    try {
      await using file = await open(path, 'wx', 0o600);
      await file.writeFile(bytes);
      await file.sync();
      await this.#sweepStale(file);
      await rename(path, join(shard, digest));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    await syncDirectory(shard);
  }

  async #read(digest: Digest): Promise<Uint8Array> {
    try {
      await using file = await open(join(this.#dir, shardOf(digest), digest), 'r');
      const { size } = await file.stat();
      if (size > this.#maxBytes) throw new Error(`The file has ${size} bytes.`);
      return await file.readFile();
    } catch (cause) {
      if (isMissing(cause)) throw new DrydockError('not_found', { details: { digest }, cause });
      throw new DrydockError('store_unavailable', { message: 'The artifact store cannot be read.', cause });
    }
  }

  /** Once per process, at the first write. The time is that of the file system, by the file just written. */
  async #sweepStale(justWritten: FileHandle): Promise<void> {
    if (this.#hasSwept) return;
    this.#hasSwept = true;
    const { mtimeMs: now } = await justWritten.stat();
    for (const name of await readdir(join(this.#dir, INCOMING))) {
      const path = join(this.#dir, INCOMING, name);
      const found = await stat(path).catch(undefinedWhereMissing);
      if (found && now - found.mtimeMs > STALE_MS) await rm(path, { force: true });
    }
  }
}

function digestOf(bytes: Uint8Array): Digest {
  return Digest.parse(createHash('sha256').update(bytes).digest('hex'));
}

function shardOf(digest: Digest): string {
  return digest.slice(0, 2);
}

/** A new directory is synced into its parent, or a crash could take it and all that was synced inside. */
async function makeDirectory(parent: string, name: string): Promise<void> {
  const first = await mkdir(join(parent, name), { recursive: true, mode: 0o700 });
  if (first !== undefined) await syncDirectory(parent);
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Another process may have renamed it meanwhile. */
function undefinedWhereMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

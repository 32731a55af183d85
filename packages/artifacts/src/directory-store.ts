import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { constants, lstat, mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest } from '@drydock/contracts';
import type { ArtifactStore, StoredBytes } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import {
  CONDEMNED,
  INCOMING,
  condemnedPathOf,
  incomingOf,
  isMissing,
  pathOf,
  shardOf,
  undefinedWhereMissing,
} from './directory-layout.ts';
import { isAbandoned, newIncomingName } from './incoming-name.ts';
import { openToGroup } from './open-to-group.ts';
import { removeFile } from './remove-file.ts';

export interface DirectoryStoreOptions {
  /** Largest artifact, bytes. */
  readonly maxBytes?: number;
}

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/**
 * Artifacts as files named by their SHA-256, in 256 directories. Written beside their place, synced, renamed, and the
 * directory synced: a digest that was returned survives a power cut, and no reader ever sees half a file.
 * Throws `body_too_large` for what is over `maxBytes` and `store_unavailable` where the disk fails.
 * The directory may be shared with services of another user, as `shareArtifacts` makes it: whatever they put in it, no
 * link is followed, no owner is changed, and bytes that do not match their name are refused.
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
    return (await this.#write([bytes], this.#maxBytes)).digest;
  }

  putStream(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredBytes> {
    return this.#write(chunks, Math.min(maxBytes, this.#maxBytes));
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const bytes = await this.#read(digest);
    if (digestOf(bytes) === digest) return bytes;
    throw mismatch(digest);
  }

  async size(digest: Digest): Promise<number> {
    await using file = await this.#open(digest);
    return (await file.stat()).size;
  }

  async *read(digest: Digest, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const hash = createHash('sha256');
    await using file = await this.#open(digest);
    try {
      for await (const chunk of file.createReadStream({
        autoClose: false,
        signal,
      }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield chunk;
      }
    } catch (cause) {
      signal.throwIfAborted();
      throw toReadError(cause, digest);
    }
    if (hash.digest('hex') !== digest) throw mismatch(digest);
  }

  /**
   * Written beside its place and hashed on the way, since the name is the content's. What is already there is replaced
   * by the same bytes: that mends a damaged file and needs no trust in a good one.
   */
  async #write(chunks: Chunks, maxBytes: number): Promise<StoredBytes> {
    const intake = new Intake(chunks, maxBytes);
    const incoming = incomingOf(this.#dir);
    const path = join(incoming, await newIncomingName());
    try {
      await makeDirectory(this.#dir, INCOMING);
      await using file = await open(path, 'wx', 0o600);
      await openToGroup(incoming, file);
      await file.writeFile(intake.read());
      await file.sync();
      await this.#sweepStale(file);
      const stored = intake.finish();
      await this.#publish(path, stored.digest);
      return stored;
    } catch (cause) {
      await removeFile(path);
      if (intake.failure !== undefined) throw intake.failure;
      throw new DrydockError('store_unavailable', {
        message: 'The artifact store cannot be written.',
        cause,
      });
    }
  }

  async #publish(path: string, digest: Digest): Promise<void> {
    const shard = join(this.#dir, shardOf(digest));
    await makeDirectory(this.#dir, shardOf(digest));
    await rename(path, join(shard, digest));
    await syncDirectory(shard);
  }

  async #open(digest: Digest): Promise<FileHandle> {
    try {
      return await this.#whereItIs(digest, openFile);
    } catch (cause) {
      throw toReadError(cause, digest);
    }
  }

  /** In its place, or aside while a sweep looks at it twice; by then it may be back in its place. */
  async #whereItIs<Found>(digest: Digest, look: (path: string) => Promise<Found>): Promise<Found> {
    const place = pathOf(this.#dir, digest);
    const found = await look(place).catch(undefinedWhereMissing);
    if (found !== undefined) return found;
    const sweeps = (await readdir(join(this.#dir, CONDEMNED)).catch(undefinedWhereMissing)) ?? [];
    for (const sweep of sweeps) {
      const aside = await look(condemnedPathOf(this.#dir, sweep, digest)).catch(undefinedWhereMissing);
      if (aside !== undefined) return aside;
    }
    return look(place);
  }

  async #read(digest: Digest): Promise<Uint8Array> {
    await using file = await this.#open(digest);
    try {
      const { size } = await file.stat();
      if (size > this.#maxBytes) throw new Error(`The file has ${size} bytes.`);
      return await file.readFile();
    } catch (cause) {
      throw toReadError(cause, digest);
    }
  }

  /** Once per process, at the first write. The time is that of the file system, by the file just written. */
  async #sweepStale(justWritten: FileHandle): Promise<void> {
    if (this.#hasSwept) return;
    this.#hasSwept = true;
    const { mtimeMs: now } = await justWritten.stat();
    for (const name of await readdir(incomingOf(this.#dir))) {
      const path = join(incomingOf(this.#dir), name);
      const found = await lstat(path).catch(undefinedWhereMissing);
      if (found?.isFile() && (await isAbandoned(name, now - found.mtimeMs))) await removeFile(path);
    }
  }
}

function toReadError(cause: unknown, digest: Digest): DrydockError {
  if (isMissing(cause)) return new DrydockError('not_found', { details: { digest }, cause });
  return new DrydockError('store_unavailable', { message: 'The artifact store cannot be read.', cause });
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Counts and hashes what is stored. What the sender does wrong is kept apart from what the disk does. */
class Intake {
  /** What the stream threw, or that it was too large. */
  failure: Error | undefined;
  readonly #chunks: Chunks;
  readonly #maxBytes: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(chunks: Chunks, maxBytes: number) {
    this.#chunks = chunks;
    this.#maxBytes = maxBytes;
  }

  async *read(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of this.#chunks) {
        this.#bytes += chunk.byteLength;
        if (this.#bytes > this.#maxBytes) throw new DrydockError('body_too_large');
        this.#hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error('The stream broke off.', { cause: error });
      throw error;
    }
  }

  finish(): StoredBytes {
    return { digest: Digest.parse(this.#hash.digest('hex')), bytes: this.#bytes };
  }
}

function mismatch(digest: Digest): DrydockError {
  return new DrydockError('internal_error', {
    message: 'A stored artifact does not match its digest.',
    details: { digest },
  });
}

function digestOf(bytes: Uint8Array): Digest {
  return Digest.parse(createHash('sha256').update(bytes).digest('hex'));
}

/** Waits for no pipe, and follows no link. */
async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return file;
    throw new Error(`${path} is not a file.`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A new directory is synced into its parent, or a crash could take it and all that was synced inside. */
async function makeDirectory(parent: string, name: string): Promise<void> {
  const first = await mkdir(join(parent, name), { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  await syncDirectory(parent);
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  await directory.sync();
}

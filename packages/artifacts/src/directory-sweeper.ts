import type { Stats } from 'node:fs';
import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest } from '@drydock/contracts';
import type { ArtifactSweep, ArtifactSweeper, SweptArtifacts } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { CONDEMNED, condemnedPathOf, pathOf, shardOf, undefinedWhereMissing } from './directory-layout.ts';

const SHARD = /^[0-9a-f]{2}$/;

type Tally = { removed: number; removedBytes: number; kept: Map<Digest, number> };
type Found = { readonly digest: Digest; readonly file: Stats };

/**
 * Removes artifacts from the directory of a DirectoryStore. What is to go is moved aside first and looked at again
 * there, where no writer reaches it: had it just been put once more, it is put back. Readers find it in both places.
 * What a crash leaves aside is judged anew by the next sweep.
 */
export class DirectorySweeper implements ArtifactSweeper {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async sweep(request: ArtifactSweep, signal: AbortSignal): Promise<SweptArtifacts> {
    const swept = { removed: 0, removedBytes: 0, kept: new Map<Digest, number>() };
    try {
      const names = (await readdir(this.#dir).catch(undefinedWhereMissing)) ?? [];
      // A store that nobody has written to has no directory, and it is not for us to make it.
      if (names.length === 0) return swept;
      await mkdir(join(this.#dir, CONDEMNED), { recursive: true, mode: 0o700 });
      for (const digest of await this.#list(CONDEMNED)) await this.#judge(digest, request);
      for (const shard of names.filter((name) => SHARD.test(name))) {
        for await (const found of this.#readShard(shard, signal)) await this.#sweepOne(found, request, swept);
      }
    } catch (cause) {
      signal.throwIfAborted();
      throw new DrydockError('store_unavailable', {
        message: 'The artifact store cannot be swept.',
        cause,
      });
    }
    return swept;
  }

  async *#readShard(shard: string, signal: AbortSignal): AsyncGenerator<Found> {
    for (const digest of await this.#list(shard)) {
      signal.throwIfAborted();
      const file = await stat(pathOf(this.#dir, digest)).catch(undefinedWhereMissing);
      if (file && shardOf(digest) === shard) yield { digest, file };
    }
  }

  async #sweepOne({ digest, file }: Found, request: ArtifactSweep, swept: Tally): Promise<void> {
    if (request.isReferenced(digest)) {
      swept.kept.set(digest, file.size);
      return;
    }
    if (file.mtimeMs >= request.writtenBefore) return;
    const moved = await rename(pathOf(this.#dir, digest), condemnedPathOf(this.#dir, digest)).then(
      () => true,
      undefinedWhereMissing,
    );
    if (!moved || (await this.#judge(digest, request)) === 'restored') return;
    swept.removed += 1;
    swept.removedBytes += file.size;
  }

  /** Removes what is aside, or puts it back; where it was put anew meanwhile, that file stays. */
  async #judge(digest: Digest, request: ArtifactSweep): Promise<'removed' | 'restored'> {
    const aside = condemnedPathOf(this.#dir, digest);
    const file = await stat(aside).catch(undefinedWhereMissing);
    const isWanted = file && (request.isReferenced(digest) || file.mtimeMs >= request.writtenBefore);
    if (isWanted) await link(aside, pathOf(this.#dir, digest)).catch(undefinedWhereTaken);
    await rm(aside, { force: true });
    return isWanted ? 'restored' : 'removed';
  }

  /** Artifacts by name; what is none is left alone. */
  async #list(name: string): Promise<readonly Digest[]> {
    const names = await readdir(join(this.#dir, name));
    return names.flatMap((one) => Digest.safeParse(one).data ?? []);
  }
}

function undefinedWhereTaken(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}

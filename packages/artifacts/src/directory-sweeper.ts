import type { Stats } from 'node:fs';
import { link, lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest } from '@drydock/contracts';
import type { ArtifactSweep, ArtifactSweeper, SweptArtifacts } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { CONDEMNED, condemnedPathOf, pathOf, shardOf, undefinedWhereMissing } from './directory-layout.ts';
import { isAbandoned, newIncomingName } from './incoming-name.ts';
import { openDirectoryToGroup } from './open-to-group.ts';
import { removeFile } from './remove-file.ts';

const SHARD = /^[0-9a-f]{2}$/;

type Found = { readonly digest: Digest; readonly file: Stats };
/** One sweep, and what it removed and kept so far. */
interface Pass extends ArtifactSweep {
  readonly name: string;
  readonly swept: { removed: number; removedBytes: number; kept: Map<Digest, number> };
}

/**
 * Removes artifacts from the directory of a DirectoryStore. What is to go is moved aside first and looked at again
 * there, where no writer and no other sweep reaches it: had it just been put once more, it is put back. Readers find it
 * in both places. What a crash leaves aside is judged anew by the next sweep. Only files are removed, one by one: a tree
 * that another user put there could lead the removal elsewhere while it goes on.
 */
export class DirectorySweeper implements ArtifactSweeper {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async sweep(request: ArtifactSweep, signal: AbortSignal): Promise<SweptArtifacts> {
    const swept: Pass['swept'] = { removed: 0, removedBytes: 0, kept: new Map() };
    try {
      const names = (await readdir(this.#dir).catch(undefinedWhereMissing)) ?? [];
      // A store that nobody has written to has no directory, and it is not for us to make it.
      if (names.length === 0) return swept;
      const pass: Pass = { ...request, name: await newIncomingName(), swept };
      const aside = join(this.#dir, CONDEMNED, pass.name);
      await mkdir(aside, { recursive: true, mode: 0o700 });
      await openDirectoryToGroup(aside);
      await this.#judgeAbandoned(pass);
      for (const shard of names.filter((name) => SHARD.test(name))) {
        for await (const found of this.#readShard(shard, signal)) await this.#sweepOne(found, pass);
      }
      await removeEmpty(aside);
    } catch (cause) {
      signal.throwIfAborted();
      throw new DrydockError('store_unavailable', {
        message: 'The artifact store cannot be swept.',
        cause,
      });
    }
    return swept;
  }

  /** What sweeps left whose process is gone. */
  async #judgeAbandoned(pass: Pass): Promise<void> {
    const aside = join(this.#dir, CONDEMNED);
    const { mtimeMs: now } = await lstat(join(aside, pass.name));
    for (const name of await readdir(aside)) {
      const found = await lstat(join(aside, name)).catch(undefinedWhereMissing);
      if (found?.isDirectory() !== true || !(await isAbandoned(name, now - found.mtimeMs))) continue;
      for (const digest of await this.#list(join(CONDEMNED, name)))
        await this.#judge(digest, { ...pass, name });
      await removeEmpty(join(aside, name));
    }
  }

  async *#readShard(shard: string, signal: AbortSignal): AsyncGenerator<Found> {
    for (const digest of await this.#list(shard)) {
      signal.throwIfAborted();
      const file = await lstat(pathOf(this.#dir, digest)).catch(undefinedWhereMissing);
      if (file?.isFile() && shardOf(digest) === shard) yield { digest, file };
    }
  }

  async #sweepOne({ digest, file }: Found, pass: Pass): Promise<void> {
    const { swept } = pass;
    if (pass.isReferenced(digest)) {
      swept.kept.set(digest, file.size);
      return;
    }
    if (file.mtimeMs >= pass.writtenBefore) return;
    const aside = condemnedPathOf(this.#dir, pass.name, digest);
    const moved = await rename(pathOf(this.#dir, digest), aside).then(() => true, undefinedWhereMissing);
    if (!moved || (await this.#judge(digest, pass)) === 'restored') return;
    swept.removed += 1;
    swept.removedBytes += file.size;
  }

  /** Removes what is aside, or puts it back; where it was put anew meanwhile, that file stays. */
  async #judge(digest: Digest, pass: Pass): Promise<'removed' | 'restored'> {
    const aside = condemnedPathOf(this.#dir, pass.name, digest);
    const file = await lstat(aside).catch(undefinedWhereMissing);
    if (file?.isDirectory()) return 'restored';
    const isWanted = file?.isFile() && (pass.isReferenced(digest) || file.mtimeMs >= pass.writtenBefore);
    if (isWanted) await link(aside, pathOf(this.#dir, digest)).catch(undefinedWhereTaken);
    await removeFile(aside);
    return isWanted ? 'restored' : 'removed';
  }

  /** Artifacts by name; what is none is left alone. */
  async #list(name: string): Promise<readonly Digest[]> {
    const names = await readdir(join(this.#dir, name));
    return names.flatMap((one) => Digest.safeParse(one).data ?? []);
  }
}

/** What is no artifact stays, and so does its directory. */
async function removeEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    const stays =
      error instanceof Error && 'code' in error && ['ENOTEMPTY', 'ENOENT'].includes(String(error.code));
    if (!stays) throw error;
  });
}

/** It was put once more, or another sweep put the same abandoned file back and removed it here. */
function undefinedWhereTaken(error: unknown): undefined {
  const isSettled =
    error instanceof Error && 'code' in error && ['EEXIST', 'ENOENT'].includes(String(error.code));
  if (!isSettled) throw error;
}

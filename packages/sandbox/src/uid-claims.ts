import type { SandboxId } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { randomInt } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './has-code.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/** Uids that sandboxes may have. */
export interface UidRange {
  readonly first: number;
  readonly count: number;
}

const ATTEMPTS = 1_000;

/** Whose uid it is. Per-uid kernel limits are the host's, so no two sandboxes of any installation share one. */
export interface UidClaim extends ProcessIdentity {
  readonly instanceId: string;
  readonly sandboxId: SandboxId;
}

export interface UidRequest {
  /** Where claims are noted, a file each. */
  readonly dir: string;
  readonly count: number;
  readonly range: UidRange;
}

/** Takes uids that nobody on this host has. All or none; throws `internal_error` when the range is used up. */
export async function claimUids(
  { dir, count, range }: UidRequest,
  claim: UidClaim,
): Promise<readonly number[]> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const taken: number[] = [];
  // A random start: a uid that was just freed is not taken again at once, so a late second release cannot hit it.
  let candidate = randomInt(range.count);
  for (let attempt = 0; taken.length < count; attempt += 1) {
    if (attempt === ATTEMPTS) {
      await releaseUids(dir, taken, claim.sandboxId);
      throw new DrydockError('internal_error', { message: 'The uids of this host are used up.' });
    }
    const uid = range.first + (candidate % range.count);
    candidate += 1;
    if (await claimOne(join(dir, String(uid)), claim)) taken.push(uid);
  }
  return taken;
}

async function claimOne(path: string, claim: UidClaim): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Gives uids back; one that no longer names this sandbox is left alone. */
export async function releaseUids(dir: string, uids: readonly number[], sandboxId: SandboxId): Promise<void> {
  for (const uid of uids) {
    const path = join(dir, String(uid));
    if ((await readClaim(path))?.sandboxId === sandboxId) await rm(path, { force: true });
  }
}

/** Claims of this instance whose owner died before it had a slot: nothing else would ever free them. */
export async function releaseStaleClaims(
  dir: string,
  instanceId: string,
  hasSlot: (sandboxId: SandboxId) => Promise<boolean>,
): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names) {
    const claim = await readClaim(join(dir, name));
    if (claim?.instanceId !== instanceId || (await isAlive(claim)) || (await hasSlot(claim.sandboxId)))
      continue;
    await releaseUids(dir, [Number(name)], claim.sandboxId);
  }
}

async function readClaim(path: string): Promise<UidClaim | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as UidClaim;
  } catch (error) {
    // Gone, or being written by its owner this instant.
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

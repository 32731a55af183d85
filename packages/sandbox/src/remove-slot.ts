import { EGRESS_FILES, type SandboxId } from '@drydock/contracts';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './has-code.ts';
import { unmountBelow } from './mount-effects.ts';
import type { HostConfig } from './sandbox-config.ts';
import { findOwner } from './slot-owner.ts';
import { slotPaths, type SlotPaths } from './slot-paths.ts';
import { releaseUids } from './uid-claims.ts';

/**
 * Takes a slot down, whatever state it is in: mounts newest first, then the directory, then the uids. It works from the
 * mount table and owner.json alone, so owner and reaper do the same, and both at once do no harm. The container must
 * be gone: mounts are never pulled from under a living one.
 */
export async function removeSlot(sandboxId: SandboxId, config: HostConfig): Promise<void> {
  const paths = slotPaths(config.stateDir, sandboxId);
  const owner = await findOwner(paths);
  await unmountBelow(paths.dir, config.clock);
  for (const dir of owner?.tempDirs ?? []) await rm(dir, { recursive: true, force: true });
  await removeSlotFiles(paths);
  await releaseUids(config.uidClaimsDir, owner?.uids ?? [], sandboxId);
}

/** File by file and without recursion: should something still be mounted, this fails instead of emptying it. */
async function removeSlotFiles(paths: SlotPaths): Promise<void> {
  const { work, home, git, egress, upper, base, capture, jobLayer, job } = paths;
  const { layer, lower, scratch, dir } = paths;
  const left = Object.values(EGRESS_FILES).map((name) => join(egress, name));
  for (const file of [paths.container, paths.drift, paths.empty, ...left]) await rm(file, { force: true });
  const inJob = [work, home, git, egress, upper, base, capture, jobLayer];
  for (const path of [...inJob, job, layer, lower, scratch]) await removeDir(path);
  await rm(paths.owner, { force: true });
  await removeDir(dir);
}

async function removeDir(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

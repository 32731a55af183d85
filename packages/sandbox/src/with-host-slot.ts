import type { SandboxId } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxServices } from './host-services.ts';
import { findProcess } from './process-identity.ts';
import { removeSlot } from './remove-slot.ts';
import type { HostConfig } from './sandbox-config.ts';
import { disownSlot } from './slot-owner.ts';
import { slotPaths, type SlotPaths } from './slot-paths.ts';

/**
 * Runs `work` with a slot that has no guest of its own, and a directory beside the layers for what it makes. Both are
 * gone afterwards; should this process die, the reaper finds them by the slot's owner.
 */
export async function withHostSlot<T>(
  request: {
    readonly host: Pick<SandboxServices, 'config' | 'slots'>;
    readonly sandboxId: SandboxId;
    /** Whether mounts below the slot have to reach its container. */
    readonly isShared: boolean;
  },
  work: (paths: SlotPaths, tempDir: string) => Promise<T>,
): Promise<T> {
  const { host, sandboxId, isShared } = request;
  const { config } = host;
  const owner = await findProcess(process.pid);
  if (owner === undefined) throw new DrydockError('internal_error', { message: '/proc does not show us.' });
  const paths = slotPaths(config.stateDir, sandboxId);
  const tempDir = join(config.layersDir, `.build-${sandboxId}`);
  await host.slots.createSlotDir(sandboxId, { isShared });
  try {
    const record = { ...owner, instanceId: config.instanceId, sandboxId, uids: [], tempDirs: [tempDir] };
    await writeFile(paths.owner, JSON.stringify(record), { mode: 0o600 });
    await mkdir(tempDir, { recursive: true, mode: 0o700 });
    await writeFile(paths.empty, '', { mode: 0o444 });
    for (const dir of [paths.job, paths.work, paths.layer, paths.lower, paths.scratch]) {
      await mkdir(dir);
      await chmod(dir, 0o755);
    }
    return await work(paths, tempDir);
  } finally {
    await removeOrDisown(sandboxId, config);
  }
}

/** A builder that could not be ended keeps its mounts busy: the reaper ends both. */
async function removeOrDisown(sandboxId: SandboxId, config: HostConfig): Promise<void> {
  try {
    await removeSlot(sandboxId, config);
  } catch (error) {
    await disownSlot(slotPaths(config.stateDir, sandboxId));
    throw error;
  }
}

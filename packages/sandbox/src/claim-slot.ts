import type { SandboxId } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { findProcess } from './process-identity.ts';
import type { HostConfig } from './sandbox-config.ts';
import type { SlotHost } from './slot-host.ts';
import type { SlotOwner } from './slot-owner.ts';
import { claimUids, releaseUids } from './uid-claims.ts';
import type { UidRange } from './uid-claims.ts';

export interface SlotClaim {
  readonly sandboxId: SandboxId;
  readonly uids: { readonly count: number; readonly range: UidRange };
  readonly tempDirs: readonly string[];
  /** Whether mounts below the slot have to reach its container. */
  readonly isShared: boolean;
}

/** Claims uids and makes the slot's empty directory; leaves nothing when it fails. */
export async function claimSlot(claim: SlotClaim, slots: SlotHost, config: HostConfig): Promise<SlotOwner> {
  const { sandboxId, tempDirs } = claim;
  const identity = await findProcess(process.pid);
  if (identity === undefined)
    throw new DrydockError('internal_error', { message: '/proc does not show us.' });
  const owner = { ...identity, instanceId: config.instanceId, sandboxId };
  const uids = await claimUids({ dir: config.uidClaimsDir, ...claim.uids }, owner);
  try {
    await slots.createSlotDir(sandboxId, { isShared: claim.isShared });
  } catch (error) {
    await releaseUids(config.uidClaimsDir, uids, sandboxId);
    throw error;
  }
  return { ...owner, uids, tempDirs };
}

import type { WorkspaceAccess } from '@drydock/core';
import { join } from 'node:path';
import { inodesFor } from './inodes-for.ts';
import type { MountStep } from './mount-steps.ts';
import type { SlotPaths } from './slot-paths.ts';

/** Uid and gid of every file in a sealed layer. Not 65534: that one is `nobody` and stands for "unmapped". */
export const LAYER_UID = 65_533;

/** What a slot's guest may write, beyond the base tree. */
export interface ScratchSize {
  readonly diskBytes: number;
}

/** Where the upper layer and HOME live: one capped tmpfs for both. */
export function planScratch(paths: SlotPaths, { diskBytes }: ScratchSize): readonly MountStep[] {
  const options = { sizeBytes: diskBytes, inodes: inodesFor(diskBytes), uid: 0, mode: '0755' };
  return [{ kind: 'tmpfs', target: paths.scratch, options }];
}

export function planHome(paths: SlotPaths): readonly MountStep[] {
  return [{ kind: 'bind', source: paths.scratchHome, target: paths.home, readOnly: false }];
}

export interface WorkspacePlan {
  readonly image: string;
  readonly guestUid: number;
  readonly access: WorkspaceAccess;
}

/**
 * The workspace from the layer's image up. It is mounted writable even where it shall be read-only, and made so
 * afterwards: mounted `ro` at first, the container's copy of the mount would stay so for ever.
 */
export function planWorkspace(paths: SlotPaths, plan: WorkspacePlan): readonly MountStep[] {
  const tree = join(paths.layer, 'work');
  const lower: MountStep =
    plan.guestUid === LAYER_UID
      ? { kind: 'bind', source: tree, target: paths.lower, readOnly: true }
      : { kind: 'idmap', source: tree, target: paths.lower, fromUid: LAYER_UID, toUid: plan.guestUid };
  const steps: readonly MountStep[] = [
    { kind: 'loop', image: plan.image, target: paths.layer, readOnly: true },
    lower,
    {
      kind: 'overlay',
      lower: paths.lower,
      upper: paths.scratchUpper,
      work: paths.scratchWork,
      target: paths.work,
    },
    { kind: 'bind', source: join(paths.layer, 'git'), target: paths.git, readOnly: true },
  ];
  return plan.access === 'read_only' ? [...steps, planAccess(paths, 'read_only')] : steps;
}

export function planAccess(paths: SlotPaths, access: WorkspaceAccess): MountStep {
  return { kind: 'access', target: paths.work, access };
}

/** What a capture compares: it stays until the end, since nobody can say that nobody looks into it. */
export function planComparison(paths: SlotPaths): readonly MountStep[] {
  return [
    { kind: 'bind', source: paths.scratchUpper, target: paths.upper, readOnly: true },
    { kind: 'bind', source: paths.lower, target: paths.base, readOnly: true },
  ];
}

/** Empty space of a capture's own: the workspace and /tmp may be full, or prepared. */
export function planCaptureSpace(
  paths: SlotPaths,
  size: ScratchSize & { readonly guestUid: number },
): MountStep {
  const sizeBytes = size.diskBytes + 64 * 1_024 * 1_024;
  return {
    kind: 'tmpfs',
    target: paths.capture,
    options: { sizeBytes, inodes: inodesFor(sizeBytes), uid: size.guestUid, mode: '0700' },
  };
}

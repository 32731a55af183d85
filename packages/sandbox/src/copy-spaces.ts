import { GUEST } from './guest-layout.ts';
import { inodesFor } from './inodes-for.ts';

/** A capped file system in memory that a container is made with. */
export interface TmpfsSpace {
  readonly target: string;
  readonly sizeBytes: number;
  readonly inodes: number;
  readonly uid: number;
  /** Octal, as text. */
  readonly mode: string;
}

/** A capture's index and what it writes before it knows better, beside the objects of what changed. */
const CAPTURE_BASE_BYTES = 16 * 1_024 * 1_024;

export interface CopyOwners {
  /** Owner of the workspace. */
  readonly guestUid: number;
  /** Owner of what the workspace is compared with. */
  readonly keeperUid: number;
}

/**
 * Where a copied workspace lives. Everything in it counts, the checkout too: `diskBytes` is the room of the workspace,
 * and HOME, the pristine repository and a capture have half as much each. HOME is open to the reader beside its owner.
 */
export function planCopySpaces(
  diskBytes: number,
  { guestUid, keeperUid }: CopyOwners,
): readonly TmpfsSpace[] {
  const half = Math.ceil(diskBytes / 2);
  return [
    space(GUEST.work, { sizeBytes: diskBytes, uid: guestUid, mode: '0755' }),
    space(GUEST.home, { sizeBytes: half, uid: guestUid, mode: '1777' }),
    space(GUEST.git, { sizeBytes: half, uid: keeperUid, mode: '0755' }),
    space(GUEST.capture, { sizeBytes: half + CAPTURE_BASE_BYTES, uid: guestUid, mode: '0700' }),
  ];
}

/** What all of them can hold. */
export function copySpaceBytes(diskBytes: number): number {
  const owners = { guestUid: 0, keeperUid: 0 };
  return planCopySpaces(diskBytes, owners).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** As the engine takes it. Programs run from there, as from `/tmp`. */
export function toTmpfsOptions({ sizeBytes, inodes, uid, mode }: TmpfsSpace): string {
  return `rw,exec,nosuid,nodev,mode=${mode},uid=${uid},gid=${uid},size=${sizeBytes},nr_inodes=${inodes}`;
}

function space(target: string, own: Pick<TmpfsSpace, 'sizeBytes' | 'uid' | 'mode'>): TmpfsSpace {
  return { target, ...own, inodes: inodesFor(own.sizeBytes) };
}

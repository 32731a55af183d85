import type { WorkspaceAccess } from '@drydock/core';

/** One mount of a slot, as data: `toMountRequest` says how, `applyMount` has it done. */
export type MountStep =
  | { readonly kind: 'tmpfs'; readonly target: string; readonly options: TmpfsOptions }
  | { readonly kind: 'bind'; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly kind: 'loop'; readonly image: string; readonly target: string; readonly readOnly: boolean }
  /** A bind that shows files of `fromUid` as files of `toUid`. */
  | {
      readonly kind: 'idmap';
      readonly source: string;
      readonly target: string;
      readonly fromUid: number;
      readonly toUid: number;
    }
  | {
      readonly kind: 'overlay';
      readonly lower: string;
      readonly upper: string;
      readonly work: string;
      readonly target: string;
    }
  | { readonly kind: 'access'; readonly target: string; readonly access: WorkspaceAccess };

export interface TmpfsOptions {
  readonly sizeBytes: number;
  readonly inodes: number;
  readonly uid: number;
  /** Octal, as text. */
  readonly mode: string;
}

/** A line for mount-server.pl: the action, then its fields. */
export type MountRequest = readonly [
  action: 'mount' | 'loop' | 'bind' | 'idmap',
  ...fields: readonly string[],
];

/** Flags of mount(2). */
const MS = { rdonly: 0x1, nosuid: 0x2, nodev: 0x4, noexec: 0x8, remount: 0x20, noatime: 0x400 } as const;
/** Attributes of mount_setattr(2). */
const ATTR = { rdonly: 0x1, nosuid: 0x2, nodev: 0x4 } as const;
const READ_ONLY = String(ATTR.rdonly | ATTR.nosuid | ATTR.nodev);

/*
 * redirect_dir: without it renaming a directory of the base fails with EXDEV. xino: inode numbers of the overlay equal
 * those of the base, which is how a capture sees what did not change. index and metacopy are kernel defaults that a
 * distribution may have changed; capture reads whole files in the upper layer.
 */
const OVERLAY_OPTIONS = 'redirect_dir=on,xino=on,index=off,metacopy=off';

export function toMountRequest(step: MountStep): MountRequest {
  switch (step.kind) {
    case 'tmpfs': {
      const { sizeBytes, inodes, uid, mode } = step.options;
      const data = `size=${sizeBytes},nr_inodes=${inodes},uid=${uid},gid=${uid},mode=${mode}`;
      return mount('tmpfs', step.target, { data });
    }
    case 'bind':
      return ['bind', step.source, step.target, step.readOnly ? READ_ONLY : '0'];
    case 'loop': {
      const flags = MS.nosuid | MS.nodev | MS.noatime | (step.readOnly ? MS.rdonly : MS.noexec);
      return ['loop', step.image, step.target, String(flags)];
    }
    case 'idmap':
      return ['idmap', step.source, step.target, READ_ONLY, String(step.fromUid), String(step.toUid)];
    case 'overlay': {
      const data = `lowerdir=${step.lower},upperdir=${step.upper},workdir=${step.work},${OVERLAY_OPTIONS}`;
      return mount('overlay', step.target, { data });
    }
    case 'access':
      return mount('', step.target, { flags: MS.remount | (step.access === 'read_only' ? MS.rdonly : 0) });
  }
}

function mount(type: string, target: string, { flags = 0, data = '' }): MountRequest {
  // Named again in a remount, too: it drops what it does not name.
  return ['mount', 'drydock', target, type, String(flags | MS.nosuid | MS.nodev), data];
}

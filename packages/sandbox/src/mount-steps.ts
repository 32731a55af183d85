import type { WorkspaceAccess } from '@drydock/core';
import { join } from 'node:path';
import type { HostCommand } from './run-command.ts';

/** One mount of a slot, as data: `toMountCommand` says how, `applyMount` does it. */
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

const IDMAP_SCRIPT = join(import.meta.dirname, 'idmap-mount.pl');

/*
 * redirect_dir: without it renaming a directory of the base fails with EXDEV. xino: inode numbers of the overlay equal
 * those of the base, which is how a capture sees what did not change. index and metacopy are kernel defaults that a
 * distribution may have changed; capture reads whole files in the upper layer.
 */
const OVERLAY_OPTIONS = 'redirect_dir=on,xino=on,index=off,metacopy=off,nosuid,nodev';

export function toMountCommand(step: MountStep): HostCommand {
  switch (step.kind) {
    case 'tmpfs': {
      const { sizeBytes, inodes, uid, mode } = step.options;
      const options = `size=${sizeBytes},nr_inodes=${inodes},uid=${uid},gid=${uid},mode=${mode},nosuid,nodev`;
      return mount('-t', 'tmpfs', '-o', options, 'drydock', step.target);
    }
    case 'bind':
      return step.readOnly
        ? // Named again: the remount that makes a bind read-only drops what it does not name.
          mount('--bind', '-o', 'ro,nosuid,nodev', step.source, step.target)
        : mount('--bind', step.source, step.target);
    case 'loop': {
      const access = step.readOnly ? 'ro' : 'rw,noexec';
      return mount('-t', 'ext4', '-o', `${access},loop,nosuid,nodev,noatime`, step.image, step.target);
    }
    case 'idmap':
      return {
        file: 'perl',
        argv: [IDMAP_SCRIPT, step.source, step.target, String(step.fromUid), String(step.toUid)],
      };
    case 'overlay': {
      const layers = `lowerdir=${step.lower},upperdir=${step.upper},workdir=${step.work}`;
      return mount('-t', 'overlay', '-o', `${layers},${OVERLAY_OPTIONS}`, 'drydock', step.target);
    }
    case 'access':
      return mount('-o', `remount,${step.access === 'read_only' ? 'ro' : 'rw'}`, step.target);
  }
}

function mount(...argv: string[]): HostCommand {
  return { file: 'mount', argv };
}

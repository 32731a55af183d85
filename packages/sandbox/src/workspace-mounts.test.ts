import { SandboxId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { toMountCommand } from './mount-steps.ts';
import { slotPaths } from './slot-paths.ts';
import {
  LAYER_UID,
  planCaptureSpace,
  planComparison,
  planHome,
  planScratch,
  planWorkspace,
} from './workspace-mounts.ts';

const paths = slotPaths('/run/d', SandboxId.parse('sbx_0123456789abcdef'));
const SLOT = '/run/d/shared/slots/sbx_0123456789abcdef';

/** Commands as a person would type them; the script's place in the checkout does not matter. */
function lines(steps: ReturnType<typeof planWorkspace>): readonly string[] {
  return steps.map((step) => {
    const { file, argv } = toMountCommand(step);
    return [file, ...argv].join(' ').replace(/\S+\/idmap-mount\.pl/, 'idmap-mount.pl');
  });
}

describe('a workspace', () => {
  it('is mounted writable first and made read-only afterwards', () => {
    const plan = { image: '/layers/k/image.ext4', guestUid: 210_002, access: 'read_only' as const };
    expect(lines(planWorkspace(paths, plan))).toEqual([
      `mount -t ext4 -o ro,loop,nosuid,nodev,noatime /layers/k/image.ext4 ${SLOT}/layer`,
      `perl idmap-mount.pl ${SLOT}/layer/work ${SLOT}/lower 65533 210002`,
      `mount -t overlay -o lowerdir=${SLOT}/lower,upperdir=${SLOT}/scratch/u,workdir=${SLOT}/scratch/w,redirect_dir=on,xino=on,index=off,metacopy=off,nosuid,nodev drydock ${SLOT}/job/work`,
      `mount --bind -o ro,nosuid,nodev ${SLOT}/layer/git ${SLOT}/job/git`,
      `mount -o remount,ro ${SLOT}/job/work`,
    ]);
  });

  it('is bound as it is where the guest has the uid of the layers', () => {
    const plan = { image: '/i', guestUid: LAYER_UID, access: 'read_write' as const };
    expect(lines(planWorkspace(paths, plan))[1]).toBe(
      `mount --bind -o ro,nosuid,nodev ${SLOT}/layer/work ${SLOT}/lower`,
    );
  });

  it('has scratch space with a cap on bytes and files, for itself, HOME and a capture', () => {
    expect(lines([...planScratch(paths, { diskBytes: 2 ** 29 }), ...planHome(paths)])).toEqual([
      `mount -t tmpfs -o size=536870912,nr_inodes=131072,uid=0,gid=0,mode=0755,nosuid,nodev drydock ${SLOT}/scratch`,
      `mount --bind ${SLOT}/scratch/home ${SLOT}/job/home`,
    ]);
    expect(lines([planCaptureSpace(paths, { diskBytes: 2 ** 20, guestUid: 210_002 })])).toEqual([
      `mount -t tmpfs -o size=68157440,nr_inodes=16640,uid=210002,gid=210002,mode=0700,nosuid,nodev drydock ${SLOT}/job/capture`,
    ]);
  });

  it('is compared through read-only binds', () => {
    expect(lines(planComparison(paths))).toEqual([
      `mount --bind -o ro,nosuid,nodev ${SLOT}/scratch/u ${SLOT}/job/upper`,
      `mount --bind -o ro,nosuid,nodev ${SLOT}/lower ${SLOT}/job/base`,
    ]);
  });
});

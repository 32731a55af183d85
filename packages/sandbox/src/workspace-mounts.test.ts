import { SandboxId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { toMountRequest } from './mount-steps.ts';
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

/** Requests as the mount server reads them, with spaces for tabs. Flags: 1 ro, 2 nosuid, 4 nodev, 32 remount, 1024 noatime. */
function lines(steps: ReturnType<typeof planWorkspace>): readonly string[] {
  return steps.map((step) => toMountRequest(step).join(' '));
}

describe('a workspace', () => {
  it('is mounted writable first and made read-only afterwards', () => {
    const plan = { image: '/layers/k/image.ext4', guestUid: 210_002, access: 'read_only' as const };
    expect(lines(planWorkspace(paths, plan))).toEqual([
      `loop /layers/k/image.ext4 ${SLOT}/layer 1031`,
      `idmap ${SLOT}/layer/work ${SLOT}/lower 7 65533 210002`,
      `mount drydock ${SLOT}/job/work overlay 6 lowerdir=${SLOT}/lower,upperdir=${SLOT}/scratch/u,workdir=${SLOT}/scratch/w,redirect_dir=on,xino=on,index=off,metacopy=off`,
      `bind ${SLOT}/layer/git ${SLOT}/job/git 7`,
      `mount drydock ${SLOT}/job/work  39 `,
    ]);
  });

  it('is bound as it is where the guest has the uid of the layers', () => {
    const plan = { image: '/i', guestUid: LAYER_UID, access: 'read_write' as const };
    expect(lines(planWorkspace(paths, plan))[1]).toBe(`bind ${SLOT}/layer/work ${SLOT}/lower 7`);
  });

  it('has scratch space with a cap on bytes and files, for itself, HOME and a capture', () => {
    expect(lines([...planScratch(paths, { diskBytes: 2 ** 29 }), ...planHome(paths)])).toEqual([
      `mount drydock ${SLOT}/scratch tmpfs 6 size=536870912,nr_inodes=131072,uid=0,gid=0,mode=0755`,
      `bind ${SLOT}/scratch/home ${SLOT}/job/home 0`,
    ]);
    expect(lines([planCaptureSpace(paths, { diskBytes: 2 ** 20, guestUid: 210_002 })])).toEqual([
      `mount drydock ${SLOT}/job/capture tmpfs 6 size=68157440,nr_inodes=16640,uid=210002,gid=210002,mode=0700`,
    ]);
  });

  it('is compared through read-only binds', () => {
    expect(lines(planComparison(paths))).toEqual([
      `bind ${SLOT}/scratch/u ${SLOT}/job/upper 7`,
      `bind ${SLOT}/lower ${SLOT}/job/base 7`,
    ]);
  });
});

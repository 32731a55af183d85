import { chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxServices } from './host-services.ts';
import { createLayerImage } from './layer-image.ts';
import { applyMount } from './mount-effects.ts';
import { newSandboxId } from './new-sandbox-id.ts';
import { withHostSlot } from './with-host-slot.ts';
import { LAYER_UID } from './workspace-mounts.ts';

const PROBE_UID = 60_001;
const PROBE_BYTES = 4 * 1_024 * 1_024;

/**
 * Whether this kernel can show one tree as files of any uid, below an overlay: tried out with what a workspace is made
 * of, since versions do not tell (backports, missing perl, other architectures).
 */
export async function probeIdmap(host: Pick<SandboxServices, 'config' | 'slots'>): Promise<boolean> {
  const { clock } = host.config;
  return withHostSlot({ host, sandboxId: newSandboxId(), isShared: true }, async (paths, tempDir) => {
    const image = join(tempDir, 'image.ext4');
    await createLayerImage(image, { bytes: PROBE_BYTES, inodes: 64 });
    await applyMount({ kind: 'loop', image, target: paths.layer, readOnly: false }, clock);
    const tree = join(paths.layer, 'work');
    await mkdir(tree);
    await writeFile(join(tree, 'file'), '');
    await chown(join(tree, 'file'), LAYER_UID, LAYER_UID);
    const size = { sizeBytes: PROBE_BYTES, inodes: 64, uid: 0, mode: '0755' };
    await applyMount({ kind: 'tmpfs', target: paths.scratch, options: size }, clock);
    for (const dir of [paths.scratchUpper, paths.scratchWork]) await mkdir(dir);
    try {
      const map = { fromUid: LAYER_UID, toUid: PROBE_UID };
      await applyMount({ kind: 'idmap', source: tree, target: paths.lower, ...map }, clock);
      const dirs = { lower: paths.lower, upper: paths.scratchUpper, work: paths.scratchWork };
      await applyMount({ kind: 'overlay', ...dirs, target: paths.work }, clock);
    } catch {
      // Not an error: the kernel said that it cannot, and there is another way.
      return false;
    }
    return (await stat(join(paths.work, 'file'))).uid === PROBE_UID;
  });
}

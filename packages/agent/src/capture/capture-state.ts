import type { PatchCaptureReport } from '@drydock/contracts';
import { WORKSPACE } from '../paths.ts';
import { capturePatch } from './capture-patch.ts';
import { withEmptySpace } from './capture-space.ts';
import { encodeLength } from './checkpoint-head.ts';
import { findBase } from './find-base.ts';
import { OpenedEntries } from './opened-entries.ts';
import { whileOthersStand } from './while-others-stand.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/**
 * Writes the diff behind its length, then the checkpoint, of one and the same state of the workspace. `pause`: the
 * commands of this user stand still meanwhile and go on afterwards.
 */
export async function captureState(others: 'pause' | 'none'): Promise<PatchCaptureReport> {
  const write = () => withEmptySpace(writeState);
  return others === 'pause' ? whileOthersStand(write) : write();
}

async function writeState(): Promise<PatchCaptureReport> {
  const base = findBase();
  const opened = new OpenedEntries(WORKSPACE);
  try {
    const { diff, leftOut } = await capturePatch(base, opened);
    process.stdout.write(encodeLength(diff.byteLength));
    process.stdout.write(diff);
    await writeCheckpoint(base, opened);
    return { leftOut: [...leftOut] };
  } finally {
    opened.restore();
  }
}

import type { PatchCaptureReport } from '@drydock/contracts';
import { WORKSPACE } from '../paths.ts';
import { capturePatch } from './capture-patch.ts';
import { encodeLength } from './checkpoint-head.ts';
import { OpenedEntries } from './opened-entries.ts';
import { whileOthersStand } from './while-others-stand.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/**
 * Writes the diff behind its length, then the checkpoint, of one and the same state of the workspace. `pause`: the
 * commands of this user stand still meanwhile and go on afterwards.
 */
export async function captureState(others: 'pause' | 'none'): Promise<PatchCaptureReport> {
  return others === 'pause' ? whileOthersStand(writeState) : writeState();
}

async function writeState(): Promise<PatchCaptureReport> {
  const opened = new OpenedEntries(WORKSPACE);
  try {
    const { diff, leftOut } = await capturePatch(opened);
    process.stdout.write(encodeLength(diff.byteLength));
    process.stdout.write(diff);
    await writeCheckpoint(opened);
    return { leftOut: [...leftOut] };
  } finally {
    opened.restore();
  }
}

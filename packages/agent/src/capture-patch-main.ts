import type { PatchCaptureReport } from '@drydock/contracts';
import { applyDiff } from './capture/apply-diff.ts';
import { captureState } from './capture/capture-state.ts';
import { capturePatch } from './capture/capture-patch.ts';
import { withEmptySpace } from './capture/capture-space.ts';
import { findBase } from './capture/find-base.ts';
import { OpenedEntries } from './capture/opened-entries.ts';
import { restoreCheckpoint } from './capture/restore-checkpoint.ts';
import { WORKSPACE } from './paths.ts';

const MAX_MESSAGE_LENGTH = 2_000;

/**
 * `capture`: diff on stdout. `state`, `state-paused`: diff and checkpoint on stdout. Both: report on stderr.
 * `apply`: diff on stdin. `restore`: checkpoint on stdin. Both: words on stderr where it failed.
 */
const MODES: Readonly<Record<string, () => Promise<PatchCaptureReport | undefined>>> = {
  capture: () => withEmptySpace(writePatch),
  state: () => captureState('none'),
  'state-paused': () => captureState('pause'),
  apply: () => applyDiff().then(() => undefined),
  restore: () => restoreCheckpoint(process.stdin).then(() => undefined),
};

const mode = process.argv[2] ?? '';
const isReporting = mode !== 'apply' && mode !== 'restore';
try {
  const report = await MODES[mode]?.();
  if (report !== undefined) say(report);
} catch (error) {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE_LENGTH);
  if (isReporting) say({ leftOut: [], error: message });
  else process.stderr.write(message);
  process.exitCode = 1;
}

async function writePatch(): Promise<PatchCaptureReport> {
  const opened = new OpenedEntries(WORKSPACE);
  try {
    const { diff, leftOut } = await capturePatch(findBase(), opened);
    process.stdout.write(diff);
    return { leftOut: [...leftOut] };
  } finally {
    opened.restore();
  }
}

function say(report: PatchCaptureReport): void {
  process.stderr.write(`${JSON.stringify(report)}\n`);
}

import type { PatchCaptureReport } from '@drydock/contracts';
import { applyDiff } from './capture/apply-diff.ts';
import { capturePatch } from './capture/capture-patch.ts';

const MAX_MESSAGE_LENGTH = 2_000;

/** `capture`: diff on stdout, report on stderr. `apply`: diff on stdin, words on stderr. */
try {
  if (process.argv[2] === 'apply') await applyDiff();
  else report(await capturePatch());
} catch (error) {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE_LENGTH);
  if (process.argv[2] === 'apply') process.stderr.write(message);
  else report({ leftOut: [], error: message });
  process.exitCode = 1;
}

function report(line: PatchCaptureReport): void {
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

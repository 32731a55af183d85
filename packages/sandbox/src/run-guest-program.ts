import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { withDeadline } from './deadline.ts';
import type { Guest, GuestRun } from './guest.ts';

const MAX_WORDS = 500;

export interface ProgramRun {
  readonly guest: Guest;
  readonly run: GuestRun;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Runs a program of ours as a user of the container, to its end. Throws `internal_error` with its words where it fails;
 * past its deadline everything of that user is killed.
 */
export async function runGuestProgram(request: ProgramRun, signal: AbortSignal): Promise<void> {
  const { guest, run, clock, timeoutMs } = request;
  const exec = await guest.start(run, { onStdout: () => undefined });
  exec.process.closeInput();
  try {
    await withDeadline({ clock, timeoutMs, outer: signal }, () => exec.process.ended);
  } catch (error) {
    exec.process.disconnect();
    await guest.kill();
    throw error;
  }
  const exitCode = await exec.exitCode();
  if (exitCode === 0) return;
  const words = exec.process.stderr.trim().slice(-MAX_WORDS);
  throw new DrydockError('internal_error', { message: `${run.program} ended with ${exitCode}: ${words}` });
}

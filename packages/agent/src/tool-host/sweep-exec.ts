import type { Clock } from '@drydock/core';
import { errnoOf } from '../workspace/errno.ts';
import { findExecProcesses } from './exec-processes.ts';
import type { ProcessEntry } from './exec-processes.ts';

/** Each round sees what the round before made: a fork bomb is given up after these, `clear` gets it. */
const ROUND_MS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

interface Sweep {
  /** The command's own, and that on its terminal. */
  readonly sessions: readonly number[];
  readonly readTable: () => readonly ProcessEntry[];
  readonly clock: Clock;
}

/** Kills what a command left behind and waits until it is gone, at most 127 ms. */
export async function sweepExec({ sessions, readTable, clock }: Sweep): Promise<void> {
  for (const waitMs of ROUND_MS) {
    const left = findExecProcesses(readTable(), sessions);
    if (left.length === 0) return;
    for (const pid of left) signalProcess(pid, 'SIGKILL');
    await clock.sleep(waitMs);
  }
}

/** Signals a process, or with a negative number its group. One that is gone or foreign is left alone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno !== 'ESRCH' && errno !== 'EPERM') throw cause;
  }
}

import { readFileSync } from 'node:fs';
import type { Clock } from '@drydock/core';
import { signalProcess } from './sweep-exec.ts';

const INTERVAL_MS = 200;

interface KeptProcess {
  readonly pid: number;
  readonly clock: Clock;
  readonly ended: Promise<unknown>;
}

/**
 * Has a process go on until it ends, however often it is stopped. `script` stops itself when it learns that its child was
 * stopped, which is what a capture does with all of them for a moment: after it, nobody else would wake it.
 */
export async function keepRunning({ pid, clock, ended }: KeptProcess): Promise<void> {
  const done = new AbortController();
  void ended.then(() => done.abort());
  while (!done.signal.aborted) {
    await clock.sleep(INTERVAL_MS, done.signal).catch(() => undefined);
    if (!done.signal.aborted && isStopped(pid)) signalProcess(pid, 'SIGCONT');
  }
}

/** By the state in `/proc/<pid>/stat` (proc(5)), which stands behind the name. */
function isStopped(pid: number): boolean {
  try {
    return /\) T [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false; // it has ended
  }
}

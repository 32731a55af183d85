import { readFileSync, readdirSync, statSync } from 'node:fs';
import { systemClock } from '../system-clock.ts';
import { signalAllOfUser } from '../signal-all-of-user.ts';

/** A process in the middle of a system call stops behind it; one that hangs in the kernel is not waited for longer. */
const STOP_ROUNDS = 100;
const ROUND_MS = 2;
/** Stopped, traced, or dead. */
const STILL = new Set(['T', 't', 'Z', 'X']);

/**
 * Runs `work` while every other process of this user is stopped, and lets them go on then. What `work` starts is not
 * stopped; a process that stood still before goes on too.
 */
export async function whileOthersStand<T>(work: () => Promise<T>): Promise<T> {
  signalAllOfUser('SIGSTOP');
  try {
    for (let round = 0; round < STOP_ROUNDS && !areStill(); round += 1) await systemClock.sleep(ROUND_MS);
    return await work();
  } finally {
    signalAllOfUser('SIGCONT');
  }
}

function areStill(): boolean {
  const uid = process.getuid?.();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .every((pid) => isStill(pid, uid));
}

function isStill(pid: string, uid: number | undefined): boolean {
  try {
    if (statSync(`/proc/${pid}`).uid !== uid) return true;
    return readdirSync(`/proc/${pid}/task`).every((task) => {
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1');
      return STILL.has(stat.charAt(stat.lastIndexOf(')') + 2));
    });
  } catch {
    // Ended between two reads.
    return true;
  }
}

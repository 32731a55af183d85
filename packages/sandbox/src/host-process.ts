import { readFile } from 'node:fs/promises';
import { hasCode } from './has-code.ts';

/**
 * Real uid of a process that can still do something; undefined for the dead. A process whose first thread has ended
 * shows as a zombie while its other threads run on: it is dead only when no thread is left.
 */
export async function findUid(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  const isDead = /^State:\s+[ZX]/m.test(status) && Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]) <= 1;
  return uid === undefined || isDead ? undefined : Number(uid);
}

export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

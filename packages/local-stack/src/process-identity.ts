import { readFile } from 'node:fs/promises';

/** A process, safe against reuse of its id: start time in clock ticks since boot, from /proc. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { pid: process.pid, startTime: (await readStartTime(process.pid)) ?? '' };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await readStartTime(identity.pid)) === identity.startTime;
}

/** Field 22 of /proc/<pid>/stat; the command name before it may hold spaces and parentheses. */
async function readStartTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return undefined;
    }
    throw error;
  }
}

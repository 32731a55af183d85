import { readFile } from 'node:fs/promises';

/** A process by more than its number: numbers are used again, a start time with it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, from `/proc/<pid>/stat`. */
  readonly startTime: string;
}

/** Identity of a living process; a zombie is dead. */
export async function findProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (stat === undefined) return undefined;
  const { state, startTime } = parseStat(stat);
  return state === 'Z' || state === 'X' ? undefined : { pid, startTime };
}

export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return (await findProcess(process.pid))?.startTime === process.startTime;
}

/** The name in parentheses may contain anything, so fields are counted after the last one. */
export function parseStat(stat: string): { state: string; startTime: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}

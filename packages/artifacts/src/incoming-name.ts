import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';

/** A file that is being written is younger than this; an older one was left by a crash, whoever wrote it. */
const STALE_MS = 60 * 60 * 1_000;
const UNKNOWN = 'unknown';

/**
 * A name for a file that this process is about to write: `<boot>.<pid namespace>.<pid>.<start>.<random>`. It says whose
 * the file is, so that what a killed process left can go as soon as somebody looks.
 */
export async function newIncomingName(): Promise<string> {
  return [await findPlace(), process.pid, await findStart(process.pid), randomUUID()].join('.');
}

/**
 * Whether nobody writes a file of that name any more. A process of another machine, or of another container, cannot be
 * seen from here: of those only the age tells.
 */
export async function isAbandoned(name: string, ageMs: number): Promise<boolean> {
  if (ageMs > STALE_MS) return true;
  const [boot, namespace, pid, start] = name.split('.');
  if (start === undefined || start === UNKNOWN || `${boot}.${namespace}` !== (await findPlace()))
    return false;
  return (await findStart(Number(pid))) !== start;
}

/** Where a pid means this one process, until it is used again. */
async function findPlace(): Promise<string> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => UNKNOWN),
    readlink('/proc/self/ns/pid').catch(() => UNKNOWN),
  ]);
  return `${boot.trim()}.${namespace.replaceAll(/\D/g, '')}`;
}

/** When a living process started, in clock ticks after boot: numbers of processes are used again. */
async function findStart(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The name in parentheses may contain anything, so fields are counted after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? UNKNOWN : (fields[19] ?? UNKNOWN);
}

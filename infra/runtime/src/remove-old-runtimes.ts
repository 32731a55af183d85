import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const KEPT = 3;
/** A build that was killed leaves its directory; one that still runs is younger than this. */
const ABANDONED_AFTER_MS = 600_000;

interface Candidate {
  readonly path: string;
  /** Epoch milliseconds of the last time it was asked for. */
  readonly usedAt: number;
}

/** Removes every runtime below `parent` that is neither among the newest three nor in use, and abandoned builds. */
export async function removeOldRuntimes(parent: string, now: number): Promise<void> {
  const entries = await Promise.all((await readdir(parent)).map((name) => findCandidate(join(parent, name))));
  const candidates = entries.filter((entry) => entry !== undefined);
  const isBuild = ({ path }: Candidate) => path.includes('.building-');
  const abandoned = candidates.filter((entry) => isBuild(entry) && now - entry.usedAt > ABANDONED_AFTER_MS);
  const old = candidates
    .filter((entry) => !isBuild(entry))
    .toSorted((a, b) => b.usedAt - a.usedAt)
    .slice(KEPT);
  const inUse = old.length > 0 ? await findInUse(old.map(({ path }) => path)) : new Set<string>();
  const removed = [...abandoned, ...old.filter(({ path }) => !inUse.has(path))];
  await Promise.all(removed.map(({ path }) => rm(path, { recursive: true, force: true })));
}

async function findCandidate(path: string): Promise<Candidate | undefined> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isDirectory() ? { path, usedAt: entry.mtimeMs } : undefined;
}

/**
 * A runtime is in use while a process has it mounted (a sandbox) or was told of it in its environment or arguments
 * (a stack that will start sandboxes from it).
 */
async function findInUse(paths: readonly string[]): Promise<Set<string>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const inUse = new Set<string>();
  for (const pid of pids) {
    const texts = await Promise.all(['mountinfo', 'environ', 'cmdline'].map((file) => readProc(pid, file)));
    for (const path of paths) {
      // Compared from the checkout's own folder name on: mountinfo starts at the file system's root, not at /.
      if (texts.some((text) => text.includes(tail(path)))) inUse.add(path);
    }
  }
  return inUse;
}

/** The process may be gone by now. */
function readProc(pid: string, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
}

function tail(path: string): string {
  return path.split('/').slice(-2).join('/');
}

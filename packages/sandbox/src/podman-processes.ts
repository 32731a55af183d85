import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { readdir, readFile } from 'node:fs/promises';
import { toHostUid, type EngineProfile } from './engine-profile.ts';
import { findDescendants } from './find-descendants.ts';
import { hasCode } from './has-code.ts';
import { findUid, killIfAlive } from './host-process.ts';
import type { ContainerProcesses } from './container-processes.ts';

const ATTEMPTS = 500;
const PAUSE_MS = 10;

/**
 * The processes of rootless containers, without their engine and without a cgroup. They descend from a `conmon` that
 * names their container, one for its main process and one for each that was put in; orphans fall to the main process.
 * Whoever owns the user namespace may signal them, and so may root.
 */
export class PodmanProcesses implements ContainerProcesses {
  /** No cgroup can be made for all: the cap on the sum is missing. */
  readonly parent = undefined;
  readonly #profile: EngineProfile;
  readonly #clock: Clock;

  constructor(profile: EngineProfile, clock: Clock) {
    this.#profile = profile;
    this.#clock = clock;
  }

  async prepare(): Promise<void> {
    // There is no parent.
  }

  async release(): Promise<void> {
    // There is no parent.
  }

  async kill(containerId: string): Promise<void> {
    await this.#killUntilNone(() => this.#find(containerId));
  }

  async killUid(containerId: string, uid: number): Promise<void> {
    const hostUid = toHostUid(this.#profile, uid);
    await this.#killUntilNone(async () => {
      const pids = await this.#find(containerId);
      const uids = await Promise.all(pids.map(findUid));
      return pids.filter((_, index) => uids[index] === hostUid);
    });
  }

  /**
   * Stops every process, and looks until all stand: whoever is stopped starts nothing. Resolves with those that did not
   * stand before.
   */
  async stop(containerId: string): Promise<readonly number[]> {
    const stopped = new Set<number>();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const moving = await filterMoving(await this.#find(containerId));
      if (moving.length === 0) return [...stopped];
      for (const pid of moving) {
        signalIfAlive(pid, 'SIGSTOP');
        stopped.add(pid);
      }
      await this.#clock.sleep(PAUSE_MS);
    }
    this.continue([...stopped]);
    throw new DrydockError('internal_error', { message: 'Processes of a sandbox do not stand still.' });
  }

  continue(pids: readonly number[]): void {
    for (const pid of pids) signalIfAlive(pid, 'SIGCONT');
  }

  /** Looked at twice: one that was just forked may be missed in one look. */
  async #killUntilNone(find: () => Promise<readonly number[]>): Promise<void> {
    let quiet = 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const pids = await find();
      quiet = pids.length === 0 ? quiet + 1 : 0;
      if (quiet === 2) return;
      // All stand before the first dies: none is left to start another meanwhile.
      for (const pid of pids) signalIfAlive(pid, 'SIGSTOP');
      for (const pid of pids) killIfAlive(pid);
      await this.#clock.sleep(quiet > 0 ? 0 : PAUSE_MS);
    }
    throw new DrydockError('internal_error', { message: 'Processes of a sandbox do not die.' });
  }

  async #find(containerId: string): Promise<readonly number[]> {
    const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
    const parents = await Promise.all(pids.map(async (pid) => ({ pid, ppid: await findParent(pid) })));
    const supervisors = await Promise.all(pids.map((pid) => this.#isSupervisor(pid, containerId)));
    const roots = pids.filter((_, index) => supervisors[index]);
    const found = findDescendants(parents, roots);
    const uids = await Promise.all(found.map(findUid));
    // Of the engine's own user are its helpers; nobody inside is.
    return found.filter((_, index) => uids[index] !== undefined && uids[index] !== this.#profile.engineUid);
  }

  /** Of the engine's user: a guest may call itself anything. */
  async #isSupervisor(pid: number, containerId: string): Promise<boolean> {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')).split('\0');
    if (!words[0]?.endsWith('conmon') || words[words.indexOf('-c') + 1] !== containerId) return false;
    return (await findUid(pid)) === this.#profile.engineUid;
  }
}

async function filterMoving(pids: readonly number[]): Promise<readonly number[]> {
  const states = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')),
  );
  return pids.filter((_, index) => /^State:\s+[^TtXZ]/m.test(states[index] ?? ''));
}

/** The second field behind the name, which may hold anything; undefined for one that is gone. */
async function findParent(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const ppid = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return ppid === undefined ? undefined : Number(ppid);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

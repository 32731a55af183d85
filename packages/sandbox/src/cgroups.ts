import type { InstanceId } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerProcesses } from './container-processes.ts';
import type { EngineFacts } from './engine-facts.ts';
import { hasCode } from './has-code.ts';
import { findUid, killIfAlive } from './host-process.ts';

const ROOT = '/sys/fs/cgroup';
const KILL_ATTEMPTS = 100;
const PAUSE_MS = 50;
const SHORT_PAUSE_MS = 5;
/** In 5 s, with a pause of 5 ms and a new blow every 500 ms. */
const KILL_UID_ATTEMPTS = 1_000;
const KILL_AGAIN = 100;
const FREEZE_ATTEMPTS = 200;
const MAX_TOTAL_PIDS = 16_384;

/**
 * The sandboxes' cgroups, seen without the engine: a parent whose limits hold for all together, and a second way to
 * kill when the engine does not answer. With the systemd driver a parent would have to be a slice unit, which only
 * systemd makes: there is no cap on the sum there (`describeHost` says so), and killing works.
 */
export class Cgroups implements ContainerProcesses {
  readonly #facts: EngineFacts;
  readonly #instanceId: InstanceId;
  readonly #clock: Clock;

  constructor(facts: EngineFacts, instanceId: InstanceId, clock: Clock) {
    this.#facts = facts;
    this.#instanceId = instanceId;
    this.#clock = clock;
  }

  /** For `CgroupParent`; undefined where there is none. */
  get parent(): string | undefined {
    return this.#facts.cgroupDriver === 'cgroupfs' ? `/drydock-${this.#instanceId}` : undefined;
  }

  get #isV1(): boolean {
    return this.#facts.cgroupVersion === '1';
  }

  /** Makes the parent and sets its limits. */
  async prepare(totalMemoryBytes: number): Promise<void> {
    const { parent } = this;
    if (parent === undefined) return;
    if (this.#isV1) {
      await this.#limit(join(ROOT, 'memory', parent), 'memory.limit_in_bytes', totalMemoryBytes);
      await this.#limit(join(ROOT, 'pids', parent), 'pids.max', MAX_TOTAL_PIDS);
      return;
    }
    // Limits exist in a cgroup when its parent hands the controllers down.
    await writeFile(join(ROOT, 'cgroup.subtree_control'), '+memory +pids');
    await this.#limit(join(ROOT, parent), 'memory.max', totalMemoryBytes);
    await this.#limit(join(ROOT, parent), 'pids.max', MAX_TOTAL_PIDS);
  }

  /** Removes the parent when nothing is left in it. */
  async release(): Promise<void> {
    const { parent } = this;
    if (parent === undefined) return;
    for (const hierarchy of await this.#hierarchies()) {
      await rmdir(join(hierarchy, parent)).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error;
      });
    }
  }

  /**
   * Kills every process of a container by its cgroup and waits until none is left. On v1 a frozen cgroup ignores
   * SIGKILL until it is thawed. Throws `internal_error` when processes remain after 5 s.
   */
  async kill(containerId: string): Promise<void> {
    const dirs = await this.#containerDirs(containerId);
    for (let attempt = 0; attempt < KILL_ATTEMPTS; attempt += 1) {
      const pids = await this.#pids(dirs);
      if (pids.length === 0) return;
      if (this.#isV1) await this.#killV1(pids, dirs);
      else for (const dir of dirs) await writeFile(join(dir, 'cgroup.kill'), '1');
      await this.#clock.sleep(PAUSE_MS);
    }
    throw new DrydockError('internal_error', { message: 'Processes of a sandbox do not die.' });
  }

  /**
   * Kills every process of one uid in a container, all at the same instant: frozen, none of them can fork away. Works
   * where the guest cannot help, its processes stopped or used up. Throws `internal_error` when some remain after 5 s.
   */
  async killUid(containerId: string, uid: number): Promise<void> {
    const dirs = await this.#containerDirs(containerId);
    for (let attempt = 0; attempt < KILL_UID_ATTEMPTS; attempt += 1) {
      const pids = await this.#pidsOf(dirs, uid);
      if (pids.length === 0) return;
      if (attempt % KILL_AGAIN === 0) await this.#killFrozen(dirs, uid);
      await this.#clock.sleep(SHORT_PAUSE_MS);
    }
    throw new DrydockError('internal_error', { message: 'Processes of a sandbox do not die.' });
  }

  async #killFrozen(dirs: readonly string[], uid: number): Promise<void> {
    const [dir] = this.#isV1 ? this.#freezers(dirs) : dirs;
    if (dir === undefined) return;
    try {
      await this.#freeze(dir);
      for (const pid of await this.#pidsOf(dirs, uid)) killIfAlive(pid);
    } finally {
      await this.#thaw(dir);
    }
  }

  async #freeze(dir: string): Promise<void> {
    const [file, value] = this.#isV1 ? ['freezer.state', 'FROZEN'] : ['cgroup.freeze', '1'];
    await writeFile(join(dir, file), value);
    const [stateFile, frozen] = this.#isV1 ? ['freezer.state', 'FROZEN'] : ['cgroup.events', 'frozen 1'];
    for (let attempt = 0; attempt < FREEZE_ATTEMPTS; attempt += 1) {
      if ((await readFile(join(dir, stateFile), 'utf8')).includes(frozen)) return;
      await this.#clock.sleep(SHORT_PAUSE_MS);
    }
    // Something hangs in the kernel. What can be killed is killed all the same; the caller looks again.
  }

  async #thaw(dir: string): Promise<void> {
    const [file, value] = this.#isV1 ? ['freezer.state', 'THAWED'] : ['cgroup.freeze', '0'];
    await writeFile(join(dir, file), value);
  }

  #freezers(dirs: readonly string[]): readonly string[] {
    return dirs.filter((path) => path.startsWith(join(ROOT, 'freezer')));
  }

  async #pidsOf(dirs: readonly string[], uid: number): Promise<readonly number[]> {
    const pids = await this.#pids(dirs);
    const uids = await Promise.all(pids.map(findUid));
    return pids.filter((_, index) => uids[index] === uid);
  }

  async #killV1(pids: readonly number[], dirs: readonly string[]): Promise<void> {
    for (const pid of pids) killIfAlive(pid);
    for (const dir of this.#freezers(dirs)) await this.#thaw(dir);
  }

  async #pids(dirs: readonly string[]): Promise<readonly number[]> {
    const lists = await Promise.all(
      dirs.map((dir) => readFile(join(dir, 'cgroup.procs'), 'utf8').catch(() => '')),
    );
    return [...new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)))];
  }

  async #containerDirs(containerId: string): Promise<readonly string[]> {
    const names =
      this.parent === undefined
        ? [join('system.slice', `docker-${containerId}.scope`)]
        : [join(this.parent, containerId)];
    const hierarchies = await this.#hierarchies();
    const candidates = hierarchies.flatMap((hierarchy) => names.map((name) => join(hierarchy, name)));
    const found = await Promise.all(candidates.map(async (dir) => ((await isDir(dir)) ? dir : undefined)));
    return found.filter((dir) => dir !== undefined);
  }

  /** On v1 one per controller; on v2 the one there is. */
  async #hierarchies(): Promise<readonly string[]> {
    if (!this.#isV1) return [ROOT];
    const entries = await readdir(ROOT, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(ROOT, name));
  }

  async #limit(dir: string, file: string, value: number): Promise<void> {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, file), String(value));
  }
}

async function isDir(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}

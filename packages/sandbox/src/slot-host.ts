import { SandboxId } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { chmod, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withFileLock } from './file-lock.ts';
import { hasCode } from './has-code.ts';
import { unmountAt } from './mount-effects.ts';
import { readMounts } from './mount-table.ts';
import { runCommand } from './run-command.ts';
import { sharedDir, slotPaths, slotsDir } from './slot-paths.ts';

const ATTEMPTS = 3;
const PASSABLE = 0o711;

export interface SlotHostOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  /** Whether users who know the name may pass through to what a container sees: its engine is another's then. */
  readonly isPassable: boolean;
  /** What else is kept for sandboxes in the state directory, and goes with the last of them. */
  readonly ownFiles?: readonly string[];
}

export interface SlotKind {
  readonly isShared: boolean;
}

/**
 * The directory of all slots: a mount of its own with shared propagation, without which a mount made below it would
 * not reach a running container. `slots/` exists only while the mount is ready, so making a slot's directory in it is
 * also the check, and removing it (which fails while a slot is there) is the permission to unmount.
 */
export class SlotHost {
  readonly #isPassable: boolean;
  readonly #stateDir: string;
  readonly #clock: Clock;
  readonly #ownFiles: readonly string[];

  constructor({ stateDir, clock, isPassable, ownFiles = [] }: SlotHostOptions) {
    this.#isPassable = isPassable;
    this.#ownFiles = ownFiles;
    this.#stateDir = stateDir;
    this.#clock = clock;
  }

  /** Makes the empty directory of a new slot; `isShared`: mounts below it are to reach its container. */
  async createSlotDir(sandboxId: SandboxId, { isShared }: SlotKind): Promise<void> {
    const { dir } = slotPaths(this.#stateDir, sandboxId);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (!isShared) await this.#makeSlotsDir();
      else if (!(await this.#isReady())) await this.#prepare();
      try {
        await mkdir(dir, { mode: 0o700 });
        return await this.makePassable(dir);
      } catch (error) {
        // Another process released the host in between.
        if (!hasCode(error, 'ENOENT')) throw error;
      }
    }
    throw new DrydockError('internal_error', {
      message: 'The slot directory is removed as fast as it is made.',
    });
  }

  /** Opens a directory of ours for passing through, where that is needed. */
  async makePassable(dir: string): Promise<void> {
    if (this.#isPassable) await chmod(dir, PASSABLE);
  }

  async listSlots(): Promise<readonly SandboxId[]> {
    const names = await readdir(slotsDir(this.#stateDir)).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    });
    return names.flatMap((name) => SandboxId.safeParse(name).data ?? []);
  }

  async hasSlot(sandboxId: SandboxId): Promise<boolean> {
    return isThere(slotPaths(this.#stateDir, sandboxId).dir);
  }

  /** Unmounts and removes the directory when no slot is left; otherwise does nothing and says false. */
  async release(): Promise<boolean> {
    return this.#locked(async () => {
      try {
        await rmdir(slotsDir(this.#stateDir));
      } catch (error) {
        if (hasCode(error, 'ENOTEMPTY')) return false;
        if (!hasCode(error, 'ENOENT')) throw error;
      }
      await unmountAt(this.#shared, this.#clock);
      for (const file of this.#ownFiles) await rm(file, { force: true });
      await rmdirIfEmpty(this.#shared);
      // Others of the installation keep things beside it, which are theirs to remove.
      await rmdirIfEmpty(this.#stateDir);
      return true;
    });
  }

  get #shared(): string {
    return sharedDir(this.#stateDir);
  }

  /** Both are asked: a release that was cut short leaves the mount without `slots/`. */
  async #isReady(): Promise<boolean> {
    const isMounted = (await readMounts()).some(({ target, shared }) => target === this.#shared && shared);
    return isMounted && (await isThere(slotsDir(this.#stateDir)));
  }

  async #makeSlotsDir(): Promise<void> {
    await this.#locked(async () => {
      const slots = slotsDir(this.#stateDir);
      await mkdir(slots, { recursive: true, mode: 0o700 });
      for (const dir of [this.#stateDir, this.#shared, slots]) await this.makePassable(dir);
    });
  }

  async #prepare(): Promise<void> {
    await this.#locked(async () => {
      const shared = this.#shared;
      await mkdir(shared, { recursive: true, mode: 0o700 });
      const mounted = (await readMounts()).some(({ target }) => target === shared);
      if (!mounted) await runCommand({ file: 'mount', argv: ['--bind', shared, shared] });
      await runCommand({ file: 'mount', argv: ['--make-private', shared] });
      await runCommand({ file: 'mount', argv: ['--make-shared', shared] });
      await mkdir(slotsDir(this.#stateDir), { recursive: true, mode: 0o700 });
    });
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    await mkdir(dirname(this.#stateDir), { recursive: true, mode: 0o755 });
    // One lock file for all installations, which stays: a lock on a removed file excludes nobody.
    return withFileLock(join(dirname(this.#stateDir), 'lock'), work);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function rmdirIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'ENOENT')) throw error;
  });
}

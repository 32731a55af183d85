import type { SandboxId } from '@drydock/contracts';
import type { WorkspaceAccess } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { chmod, link, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { claimSlot } from './claim-slot.ts';
import type { ContainerData } from './container-options.ts';
import { removeSlot } from './remove-slot.ts';
import { runGuestProgram } from './run-guest-program.ts';
import type { SandboxConfig } from './sandbox-config.ts';
import type { SandboxSlot, WorkspaceRequest } from './sandbox-slot.ts';
import { Serial } from './serial.ts';
import type { SlotHost } from './slot-host.ts';
import type { SlotOwner } from './slot-owner.ts';
import { slotPaths, type SlotPaths } from './slot-paths.ts';
import type { UidRange } from './uid-claims.ts';

/** Unpacking a tree of the largest size takes a while on a busy machine. */
const UNPACK_TIMEOUT_MS = 120_000;

/**
 * A slot whose workspace is copied into the container. Nothing is mounted: the sealed layer appears in a read-only bind
 * as one more name of the same file, and two users of the container unpack their part of it. Four users, so that the
 * kernel's own permissions do what mount flags do elsewhere: the `reader`, who runs commands while the workspace is
 * read-only, owns nothing of it, and the `keeper` alone owns what it is compared with.
 */
export class CopySlot implements SandboxSlot {
  readonly sandboxId: SandboxId;
  readonly paths: SlotPaths;
  readonly agentUid: number;
  readonly guestUid: number;
  readonly guestUids: readonly number[];
  readonly data: ContainerData;
  /** It is in the container's own memory. */
  readonly outlivesContainer = false;
  readonly #readerUid: number;
  readonly #keeperUid: number;
  readonly #layerDir: string;
  readonly #config: SandboxConfig;
  readonly #serial = new Serial();
  #hasWorkspace = false;
  #destroyed: Promise<void> | undefined;

  private constructor(owner: SlotOwner, config: SandboxConfig) {
    const [agentUid = 0, guestUid = 0, readerUid = 0, keeperUid = 0] = owner.uids;
    this.sandboxId = owner.sandboxId;
    this.paths = slotPaths(config.stateDir, owner.sandboxId);
    this.agentUid = agentUid;
    this.guestUid = guestUid;
    this.#readerUid = readerUid;
    this.#keeperUid = keeperUid;
    this.guestUids = [guestUid, readerUid, keeperUid];
    this.#layerDir = layerLinkDir(config, owner.sandboxId);
    this.#config = config;
    const layer = this.#layerDir;
    this.data = { kind: 'copied_job', source: this.paths.job, layer, guestUid, keeperUid };
  }

  static async create(sandboxId: SandboxId, slots: SlotHost, host: CopyHost): Promise<CopySlot> {
    const { config, uidRange: range } = host;
    const tempDirs = [layerLinkDir(config, sandboxId)];
    const claim = { sandboxId, uids: { count: 4, range }, tempDirs, isShared: false };
    const owner = await claimSlot(claim, slots, config);
    const slot = new CopySlot(owner, config);
    try {
      await slot.#prepare(owner, slots);
      return slot;
    } catch (error) {
      await slot.destroy();
      throw error;
    }
  }

  uidFor(access: WorkspaceAccess): number {
    return access === 'read_only' ? this.#readerUid : this.guestUid;
  }

  async mountWorkspace({ image, guestOf }: WorkspaceRequest, signal: AbortSignal): Promise<void> {
    await this.#run(async () => {
      if (this.#hasWorkspace) throw broken('The sandbox has a workspace already.');
      this.#hasWorkspace = true;
      await link(image, join(this.#layerDir, basename(image)));
      const parts = [
        { uid: this.guestUid, part: 'work' },
        { uid: this.#keeperUid, part: 'git' },
      ];
      const unpacked = await Promise.allSettled(
        parts.map(({ uid, part }) => {
          const run = { program: 'unpack-layer' as const, args: [part], workdir: '/' };
          const limits = { clock: this.#config.clock, timeoutMs: UNPACK_TIMEOUT_MS };
          return runGuestProgram({ guest: guestOf(uid), run, ...limits }, signal);
        }),
      );
      for (const each of unpacked) if (each.status === 'rejected') throw each.reason;
    });
  }

  /** It is who runs commands that changes. */
  async setAccess(_access: WorkspaceAccess, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#hasWorkspace) throw broken('The sandbox has no workspace yet.');
  }

  /** What changed is told from the workspace itself. */
  async showComparison(signal: AbortSignal): Promise<void> {
    await this.setAccess('read_write', signal);
  }

  async withCaptureMounts<T>(capture: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.showComparison(signal);
    return this.#run(capture);
  }

  async recordContainer(record: object): Promise<void> {
    await this.#run(() => writeFile(this.paths.container, JSON.stringify(record), { mode: 0o600 }));
  }

  async destroy(): Promise<void> {
    this.#destroyed ??= this.#serial.run(() => removeSlot(this.sandboxId, this.#config));
    try {
      await this.#destroyed;
    } catch (error) {
      this.#destroyed = undefined;
      throw error;
    }
  }

  async #prepare(owner: SlotOwner, slots: SlotHost): Promise<void> {
    const { paths } = this;
    await writeFile(paths.owner, JSON.stringify(owner), { mode: 0o600 });
    await writeFile(paths.empty, '', { mode: 0o444 });
    await mkdir(this.#config.layersDir, { recursive: true, mode: 0o700 });
    for (const dir of [dirname(this.#config.layersDir), this.#config.layersDir])
      await slots.makePassable(dir);
    const places = [paths.work, paths.home, paths.git, paths.egress, paths.capture, paths.jobLayer];
    for (const dir of [paths.job, ...places, this.#layerDir]) {
      await mkdir(dir);
      // By name: users of the container pass through here whatever the umask of this process is.
      await chmod(dir, 0o755);
    }
    // runc gives a tmpfs the mode of what it covers, whatever mode was asked for.
    await chmod(paths.home, 0o1777);
    await chmod(paths.capture, 0o700);
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      if (this.#destroyed !== undefined) throw new DrydockError('sandbox_lost');
      return work();
    });
  }
}

export interface CopyHost {
  readonly config: SandboxConfig;
  readonly uidRange: UidRange;
}

/** Beside the layers, since a file has a second name on its own file system only. */
function layerLinkDir({ layersDir }: SandboxConfig, sandboxId: SandboxId): string {
  return join(layersDir, `.slot-${sandboxId}`);
}

function broken(message: string): DrydockError {
  return new DrydockError('internal_error', { message });
}

import type { SandboxId } from '@drydock/contracts';
import type { WorkspaceAccess } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { claimSlot } from './claim-slot.ts';
import type { ContainerData } from './container-options.ts';
import { applyMount, detachAt, unmountAt } from './mount-effects.ts';
import type { MountStep } from './mount-steps.ts';
import type { ContainerRecord } from './reap-sandbox.ts';
import { removeSlot } from './remove-slot.ts';
import type { HostConfig } from './sandbox-config.ts';
import type { SandboxSlot, WorkspaceRequest } from './sandbox-slot.ts';
import { Serial } from './serial.ts';
import type { SlotHost } from './slot-host.ts';
import type { SlotOwner } from './slot-owner.ts';
import { slotPaths, type SlotPaths } from './slot-paths.ts';
import type { UidRange } from './uid-claims.ts';
import {
  LAYER_UID,
  planAccess,
  planCaptureSpace,
  planComparison,
  planHome,
  planScratch,
  planWorkspace,
} from './workspace-mounts.ts';

export interface SlotRequest {
  readonly sandboxId: SandboxId;
  readonly diskBytes: number;
  /** Whether the kernel can give the guest a uid of its own; else every guest has the layers' uid. */
  readonly idmapped: boolean;
  readonly uidRange: UidRange;
  readonly kernel: 'host' | 'own';
}

/** A sandbox's directory on the host: what is mounted here appears in the running container at `/job`. */
export class Slot implements SandboxSlot {
  readonly sandboxId: SandboxId;
  readonly paths: SlotPaths;
  readonly agentUid: number;
  readonly guestUid: number;
  readonly guestUids: readonly number[];
  readonly data: ContainerData;
  readonly outlivesContainer = true;
  readonly #config: HostConfig;
  readonly #diskBytes: number;
  readonly #kernel: SlotRequest['kernel'];
  readonly #serial = new Serial();
  #workspace: 'none' | 'mounted' | 'comparable' = 'none';
  #destroyed: Promise<void> | undefined;

  private constructor(request: SlotRequest, uids: readonly number[], config: HostConfig) {
    this.sandboxId = request.sandboxId;
    this.paths = slotPaths(config.stateDir, request.sandboxId);
    const [agentUid = LAYER_UID, guestUid = LAYER_UID] = uids;
    this.agentUid = agentUid;
    this.guestUid = guestUid;
    this.guestUids = [guestUid];
    this.data = { kind: 'job', source: this.paths.job };
    this.#config = config;
    this.#diskBytes = request.diskBytes;
    this.#kernel = request.kernel;
  }

  /** Claims uids and mounts the scratch space; leaves nothing when it fails. */
  static async create(request: SlotRequest, slots: SlotHost, config: HostConfig): Promise<Slot> {
    const { sandboxId, uidRange: range } = request;
    const uids = { count: request.idmapped ? 2 : 1, range };
    const owner = await claimSlot({ sandboxId, uids, tempDirs: [], isShared: true }, slots, config);
    const slot = new Slot(request, owner.uids, config);
    try {
      await slot.#prepare(owner);
      return slot;
    } catch (error) {
      await slot.destroy();
      throw error;
    }
  }

  /** The mount's own flag says what may be written. */
  uidFor(): number {
    return this.guestUid;
  }

  async mountWorkspace({ image, access }: WorkspaceRequest, signal: AbortSignal): Promise<void> {
    await this.#run(async () => {
      if (this.#workspace !== 'none') throw broken('The sandbox has a workspace already.');
      const steps = planWorkspace(this.paths, { image, guestUid: this.guestUid, access });
      await this.#mount(steps, signal);
      this.#workspace = 'mounted';
    });
  }

  async setAccess(access: WorkspaceAccess, signal: AbortSignal): Promise<void> {
    await this.#run(async () => {
      this.#assertWorkspace();
      await this.#mount([planAccess(this.paths, access)], signal);
    });
  }

  /** Shows base and upper layer beside the workspace, to the end: nobody can say that nobody looks into them. */
  async showComparison(signal: AbortSignal): Promise<void> {
    await this.#run(() => this.#mountComparison(signal));
  }

  /** Runs `capture` while base, upper layer and empty space of its own are mounted beside the workspace. */
  async withCaptureMounts<T>(capture: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#run(async () => {
      await this.#mountComparison(signal);
      const space = planCaptureSpace(this.paths, { diskBytes: this.#diskBytes, guestUid: this.guestUid });
      await this.#mount([space], signal);
      try {
        return await capture();
      } finally {
        // A kernel of its own keeps files open that none of its processes has; they go with the container.
        if (this.#kernel === 'own') await detachAt(this.paths.capture);
        else await unmountAt(this.paths.capture, this.#config.clock);
      }
    });
  }

  /** Notes what the container was made of, so that it can be found, checked and killed without its owner. */
  async recordContainer(record: ContainerRecord): Promise<void> {
    await this.#run(() => writeFile(this.paths.container, JSON.stringify(record), { mode: 0o600 }));
  }

  /** Unmounts and removes everything. The container must be gone. A failed try can be repeated. */
  async destroy(): Promise<void> {
    this.#destroyed ??= this.#serial.run(() => removeSlot(this.sandboxId, this.#config));
    try {
      await this.#destroyed;
    } catch (error) {
      this.#destroyed = undefined;
      throw error;
    }
  }

  async #prepare(owner: SlotOwner): Promise<void> {
    const { paths } = this;
    await writeFile(paths.owner, JSON.stringify(owner), { mode: 0o600 });
    await writeFile(paths.empty, '', { mode: 0o444 });
    const { work, home, git, egress, upper, base, capture, layer, lower, scratch } = paths;
    for (const dir of [paths.job, work, home, git, egress, upper, base, capture, layer, lower, scratch]) {
      await mkdir(dir);
      // By name: the guest has to pass through here whatever the umask of this process is.
      await chmod(dir, 0o755);
    }
    await this.#mount(planScratch(paths, { diskBytes: this.#diskBytes }));
    await mkdir(paths.scratchWork);
    for (const dir of [paths.scratchUpper, paths.scratchHome]) {
      await mkdir(dir);
      await chmod(dir, 0o755);
      await chown(dir, this.guestUid, this.guestUid);
    }
    await this.#mount(planHome(paths));
  }

  async #mountComparison(signal: AbortSignal): Promise<void> {
    this.#assertWorkspace();
    if (this.#workspace !== 'comparable') await this.#mount(planComparison(this.paths), signal);
    this.#workspace = 'comparable';
  }

  async #mount(steps: readonly MountStep[], signal?: AbortSignal): Promise<void> {
    for (const step of steps) {
      // Between steps only: a mount(8) that is killed half-way would leave what no table shows.
      signal?.throwIfAborted();
      await applyMount(step, this.#config.clock);
    }
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      if (this.#destroyed !== undefined) throw new DrydockError('sandbox_lost');
      return work();
    });
  }

  #assertWorkspace(): void {
    if (this.#workspace === 'none') throw broken('The sandbox has no workspace yet.');
  }
}

function broken(message: string): DrydockError {
  return new DrydockError('internal_error', { message });
}

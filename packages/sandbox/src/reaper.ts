import { SandboxId } from '@drydock/contracts';
import type { ListedContainer } from './docker-engine.ts';
import { endContainer } from './end-container.ts';
import { noteDrift } from './drift-note.ts';
import { findDrift, type Drift } from './find-drift.ts';
import type { HostServices } from './host-services.ts';
import { reapSandbox } from './reap-sandbox.ts';
import { isAbandoned } from './slot-owner.ts';
import { slotPaths } from './slot-paths.ts';
import { releaseStaleClaims } from './uid-claims.ts';

/** A container has its slot before it is created; one without, older than this, has lost it. */
const SLOTLESS_GRACE_MS = 10_000;

export type OrphanReason = 'expired' | 'owner_dead' | 'no_slot';

export interface Orphan {
  readonly sandboxId: SandboxId;
  readonly reason: OrphanReason;
}

/** What is known about a container, for the decision. */
export interface OrphanFacts {
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly slot: 'owned' | 'abandoned' | 'none';
}

/** Whether a container has nobody left, and why. One that cannot say when it expires has expired. */
export function decideOrphan(facts: OrphanFacts, now: number): OrphanReason | undefined {
  if (!(facts.expiresAt > now)) return 'expired';
  if (facts.slot === 'abandoned') return 'owner_dead';
  return facts.slot === 'none' && now - facts.createdAt > SLOTLESS_GRACE_MS ? 'no_slot' : undefined;
}

/**
 * Finds and removes what crashed processes of this installation left on the host. Everything is decided from labels,
 * slots and process start times; nothing of another installation is ever touched.
 */
export class Reaper {
  readonly #host: HostServices;

  constructor(host: HostServices) {
    this.#host = host;
  }

  /** Containers of this installation that nobody looks after, builders included. */
  async findOrphans(signal: AbortSignal): Promise<readonly Orphan[]> {
    const { engine, config } = this.#host;
    const orphans: Orphan[] = [];
    for (const container of await engine.listContainers(config.instanceId)) {
      signal.throwIfAborted();
      const sandboxId = SandboxId.safeParse(container.labels['drydock.sandbox']).data;
      if (sandboxId === undefined) continue;
      const reason = decideOrphan(await this.#lookAt(sandboxId, container), config.clock.now());
      if (reason !== undefined) orphans.push({ sandboxId, reason });
    }
    return orphans;
  }

  /** Ends one sandbox, by the engine or by its cgroup, and its slot where its owner is dead. */
  async reap(sandboxId: SandboxId, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await reapSandbox(this.#host, sandboxId);
  }

  /** Removes every orphan container; resolves with what it removed. */
  async reapContainers(signal: AbortSignal): Promise<readonly Orphan[]> {
    const orphans = await this.findOrphans(signal);
    for (const { sandboxId } of orphans) await this.reap(sandboxId, signal);
    return orphans;
  }

  /** Takes down slots whose owner is dead, with what is mounted there, and frees their uids. */
  async reapSlots(signal: AbortSignal): Promise<readonly SandboxId[]> {
    const { slots, config } = this.#host;
    const reaped: SandboxId[] = [];
    for (const sandboxId of await slots.listSlots()) {
      if (!(await isAbandoned(slotPaths(config.stateDir, sandboxId), config.clock.now()))) continue;
      await this.reap(sandboxId, signal);
      reaped.push(sandboxId);
    }
    await releaseStaleClaims(config.uidClaimsDir, config.instanceId, (sandboxId) => slots.hasSlot(sandboxId));
    return reaped;
  }

  /** Ends every running container that is not what it was made as; resolves with them. Their slots are their owners'. */
  async reapDrift(signal: AbortSignal): Promise<readonly Drift[]> {
    const drifts = await findDrift(this.#host, signal);
    for (const drift of drifts) await this.#endDrifted(drift);
    return drifts;
  }

  /** Noted first, so that whoever waits for it finds out why it ended; ended whether or not it could be noted. */
  async #endDrifted({ containerId, sandboxId, violations }: Drift): Promise<void> {
    try {
      if (sandboxId !== undefined) await noteDrift(this.#host.config, { containerId, sandboxId, violations });
    } finally {
      await endContainer(this.#host, { name: containerId, id: containerId });
    }
  }

  async #lookAt(sandboxId: SandboxId, container: ListedContainer): Promise<OrphanFacts> {
    const { slots, config } = this.#host;
    const paths = slotPaths(config.stateDir, sandboxId);
    const expiresAt = Number(container.labels['drydock.expires']);
    const { createdAt } = container;
    if (!(await slots.hasSlot(sandboxId))) return { expiresAt, createdAt, slot: 'none' };
    const abandoned = await isAbandoned(paths, config.clock.now());
    return { expiresAt, createdAt, slot: abandoned ? 'abandoned' : 'owned' };
  }
}

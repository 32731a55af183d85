import type { SandboxId } from '@drydock/contracts';
import type { Clock, Sandbox, Sandboxes, SandboxSpec } from '@drydock/core';
import { decideRefill, type RefillLimits } from './decide-refill.ts';
import { decideSpare } from './decide-spare.ts';

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
const ANSWER_TIMEOUT_MS = 1_000;
/** A lease is for a job that starts now: booting the next sandbox beside its first steps would slow them down. */
const SETTLE_MS = 100;

export type LeasePath = 'warm' | 'cold';

export interface WarmPoolObserver {
  sizeChanged(idle: number): void;
  leased(path: LeasePath, seconds: number): void;
  /** A sandbox could not be booted, or disposed of; the pool goes on. */
  failed(error: unknown): void;
}

export interface WarmPoolOptions {
  /** Who boots: for the pool, and directly when the pool has none. */
  readonly cold: Sandboxes;
  /** What the pool's sandboxes are: leased are those who ask for exactly this. */
  readonly spec: Omit<SandboxSpec, 'expiresAt'>;
  readonly limits: RefillLimits;
  /** How long a sandbox waits for its job before another takes its place. */
  readonly maxAgeMs: number;
  /** How long a job may use it then: when it expires is in a label, which is made before its job is known. */
  readonly maxUseMs: number;
  /** What a sandbox of a spec may hold, bytes. */
  readonly heldBytes: (spec: Omit<SandboxSpec, 'expiresAt'>) => number;
  /** Of this host. */
  readonly cores: number;
  readonly clock: Clock;
  readonly observer: WarmPoolObserver;
}

interface Idle {
  readonly sandbox: Sandbox;
  readonly expiresAt: number;
  readonly readyAt: number;
  /** Aborted when it leaves the pool. */
  readonly left: AbortController;
}

/**
 * Sandboxes that are booted before their job is known. A lease takes one out for good: used once, disposed by whoever
 * leased it, replaced in the background. It has no workspace and its agent has been told nothing, so nothing of one job
 * can be in the sandbox of another. Where none fits, the sandbox is booted as without a pool.
 */
export class WarmPool implements Sandboxes, AsyncDisposable {
  readonly #options: WarmPoolOptions;
  readonly #idle = new Set<Idle>();
  /** What may be held, for each sandbox that runs or starts. */
  readonly #holds = new Set<{ readonly bytes: number }>();
  readonly #discarding = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #tending: Promise<void>;
  #changed = new AbortController();
  #failures = 0;

  private constructor(options: WarmPoolOptions) {
    this.#options = options;
    this.#tending = this.#tend();
  }

  /** Opens a pool, which starts to fill. Disposing of it ends what nobody leased; it starts cold from then on. */
  static open(options: WarmPoolOptions): WarmPool {
    return new WarmPool(options);
  }

  async start(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    const { clock, cold, observer } = this.#options;
    const startedAt = clock.now();
    signal.throwIfAborted();
    const warm = await this.#takeAlive(spec, signal);
    const sandbox = warm ?? (await this.#hold(spec, () => cold.start(spec, signal)));
    observer.leased(warm === undefined ? 'cold' : 'warm', (clock.now() - startedAt) / 1_000);
    return sandbox;
  }

  async takeSpare(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox | undefined> {
    const { clock, cores, observer } = this.#options;
    const idle = this.#idle.size;
    if (decideSpare({ idle, leased: this.#holds.size - idle }, cores).kind === 'keep') return undefined;
    const startedAt = clock.now();
    const warm = await this.#takeAlive(spec, signal);
    if (warm !== undefined) observer.leased('warm', (clock.now() - startedAt) / 1_000);
    return warm;
  }

  destroy(sandboxId: SandboxId, signal: AbortSignal): Promise<void> {
    return this.#options.cold.destroy(sandboxId, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#tending;
    for (const idle of this.#idle) this.#discard(idle);
    await Promise.all(this.#discarding);
  }

  /** Nobody leases a dead one: it has to answer first. One whose end is not known yet is disposed of here. */
  async #takeAlive(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox | undefined> {
    for (let found = this.#take(spec); found !== undefined; found = this.#take(spec)) {
      try {
        await found.listDir('.', AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]));
        return found;
      } catch {
        this.#throwAway(found);
        signal.throwIfAborted();
      }
    }
    return undefined;
  }

  /** The oldest that fits and that lives as long as its job may. */
  #take(spec: SandboxSpec): Sandbox | undefined {
    const ours = this.#options.spec;
    const fits =
      spec.memoryBytes === ours.memoryBytes &&
      spec.diskBytes === ours.diskBytes &&
      spec.cpus === ours.cpus &&
      spec.runtime === ours.runtime;
    const idle = fits ? [...this.#idle].find(({ expiresAt }) => expiresAt >= spec.expiresAt) : undefined;
    if (idle === undefined || this.#stop.signal.aborted) return undefined;
    this.#remove(idle);
    return idle.sandbox;
  }

  /** Until the pool is closed: replaces what is too old, boots what is missing, one at a time. */
  async #tend(): Promise<void> {
    const { clock, limits, maxAgeMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#changed = new AbortController();
      const now = clock.now();
      for (const idle of this.#idle) if (now - idle.readyAt >= maxAgeMs) this.#discard(idle);
      const held = [...this.#holds];
      const heldBytes = held.reduce((sum, { bytes }) => sum + bytes, 0);
      const facts = { idle: this.#idle.size, running: held.length, heldBytes };
      if (decideRefill(facts, limits).kind === 'boot') await this.#refill();
      else await this.#waitForChange();
    }
  }

  async #waitForChange(): Promise<void> {
    const { clock, maxAgeMs } = this.#options;
    const oldest = Math.min(...[...this.#idle].map(({ readyAt }) => readyAt), clock.now());
    await this.#pause(oldest + maxAgeMs - clock.now(), this.#changed.signal);
    await this.#pause(SETTLE_MS);
  }

  async #refill(): Promise<void> {
    const { clock, cold, maxAgeMs, maxUseMs, observer } = this.#options;
    const spec = { ...this.#options.spec, expiresAt: clock.now() + maxAgeMs + maxUseMs };
    try {
      const sandbox = await this.#hold(spec, () => cold.start(spec, this.#stop.signal));
      this.#failures = 0;
      this.#add({ sandbox, expiresAt: spec.expiresAt, readyAt: clock.now(), left: new AbortController() });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      observer.failed(error);
      // No lease wakes it up: what cannot be booted now is not asked for once per job.
      await this.#pause(Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS));
      this.#failures += 1;
    }
  }

  /** Counts a sandbox from before its start until it is gone. */
  async #hold(spec: SandboxSpec, start: () => Promise<Sandbox>): Promise<Sandbox> {
    const hold = { bytes: this.#options.heldBytes(spec) };
    this.#holds.add(hold);
    const letGo = () => {
      this.#holds.delete(hold);
      this.#changed.abort();
    };
    try {
      const sandbox = await start();
      void sandbox.ended.then(letGo);
      return sandbox;
    } catch (error) {
      letGo();
      throw error;
    }
  }

  #add(idle: Idle): void {
    this.#idle.add(idle);
    this.#options.observer.sizeChanged(this.#idle.size);
    void this.#watch(idle);
  }

  /** An idle agent has nothing to say. Whether it does or ends: this sandbox is not given to anybody. */
  async #watch(idle: Idle): Promise<void> {
    try {
      await idle.sandbox.agent.frames(idle.left.signal)[Symbol.asyncIterator]().next();
    } catch {
      // It broke the protocol, or was taken out of the pool.
    }
    this.#discard(idle);
  }

  #discard(idle: Idle): void {
    if (this.#remove(idle)) this.#throwAway(idle.sandbox);
  }

  #throwAway(sandbox: Sandbox): void {
    const discarded = this.#dispose(sandbox);
    this.#discarding.add(discarded);
    void discarded.then(() => this.#discarding.delete(discarded));
  }

  async #dispose(sandbox: Sandbox): Promise<void> {
    try {
      await sandbox[Symbol.asyncDispose]();
    } catch (error) {
      // What it left is the reaper's.
      this.#options.observer.failed(error);
    }
  }

  /** Whether it was still in the pool. */
  #remove(idle: Idle): boolean {
    if (!this.#idle.delete(idle)) return false;
    idle.left.abort();
    this.#options.observer.sizeChanged(this.#idle.size);
    this.#changed.abort();
    return true;
  }

  async #pause(durationMs: number, cut?: AbortSignal): Promise<void> {
    const signals = cut === undefined ? [this.#stop.signal] : [this.#stop.signal, cut];
    // Cut short is not an error.
    await this.#options.clock.sleep(durationMs, AbortSignal.any(signals)).catch(() => undefined);
  }
}

import type { JobState } from '@drydock/contracts';
import type { Clock, JobStore, Lease } from '@drydock/core';
import { isTerminal } from '@drydock/core';
import { Interrupted, isLeaseLost } from './interruption.ts';

const HEARTBEATS_PER_LEASE = 3;

interface LeaseKeeperOptions {
  readonly store: Pick<JobStore, 'heartbeat'>;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly leaseMs: number;
  /** The worker's own end: shutdown after the drain time. */
  readonly parent: AbortSignal;
}

/**
 * Renews a lease until it is disposed of, and owns the attempt's signal. The signal aborts when the lease is lost, when
 * the store has been silent for a whole lease (another worker may own the job by then), when the job was ended by
 * somebody else, or when the worker shuts down.
 */
export class LeaseKeeper implements AsyncDisposable {
  readonly #options: LeaseKeeperOptions;
  readonly #interrupt = new AbortController();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    options.parent.addEventListener('abort', this.#onShutdown, { once: true });
    if (options.parent.aborted) this.#onShutdown();
    this.#loop = this.#beat();
  }

  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Ends the attempt for a reason found elsewhere, a failed event write for example. */
  interrupt(reason: Interrupted): void {
    this.#interrupt.abort(reason);
  }

  readonly #onShutdown = (): void => this.interrupt(new Interrupted('shutdown'));

  async #beat(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    let renewedAt = clock.now();
    while (!this.#stop.signal.aborted && !this.signal.aborted) {
      const woken = await clock.sleep(leaseMs / HEARTBEATS_PER_LEASE, this.#stop.signal).then(
        () => true,
        () => false,
      );
      if (!woken) return;
      if (await this.#renew()) renewedAt = clock.now();
      else if (clock.now() - renewedAt >= leaseMs) this.interrupt(new Interrupted('lease_lost'));
    }
  }

  /** Whether the store answered. */
  async #renew(): Promise<boolean> {
    const { store, lease, leaseMs } = this.#options;
    try {
      this.#notice(await store.heartbeat(lease, leaseMs));
      return true;
    } catch (error) {
      if (isLeaseLost(error)) this.interrupt(new Interrupted('lease_lost', error));
      return false;
    }
  }

  #notice(state: JobState): void {
    if (!isTerminal(state)) return;
    this.interrupt(new Interrupted(state === 'cancelled' ? 'cancelled' : 'lease_lost'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.parent.removeEventListener('abort', this.#onShutdown);
    this.#stop.abort();
    await this.#loop;
  }
}

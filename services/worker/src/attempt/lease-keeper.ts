import type { JobId } from '@drydock/contracts';
import type { Clock, Heartbeat, JobStore, Lease } from '@drydock/core';
import { isTerminal } from '@drydock/core';
import { Interrupted, isLeaseLost } from './interruption.ts';

const HEARTBEATS_PER_LEASE = 3;

/** Tells when a job may have to be ended. It may wake too often, and a missed wake costs one heartbeat. */
export interface CancellationFeed {
  /** Gives the function that stops watching. */
  watch(jobId: JobId, onWake: () => void): () => void;
}

interface LeaseKeeperOptions {
  readonly store: Pick<JobStore, 'heartbeat'>;
  readonly cancellations: CancellationFeed;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly leaseMs: number;
  /** The worker's own end: shutdown after the drain time. */
  readonly parent: AbortSignal;
}

/**
 * Renews a lease until it is disposed of, and owns the attempt's signal. The signal aborts when the job is to be
 * cancelled, when the lease is lost, when the store has been silent for a whole lease (another worker may own the job
 * by then), when the job was ended by somebody else, or when the worker shuts down. An interrupted attempt is still
 * renewed: what it has is being saved.
 */
export class LeaseKeeper implements AsyncDisposable {
  readonly #options: LeaseKeeperOptions;
  readonly #interrupt = new AbortController();
  readonly #stop = new AbortController();
  readonly #unwatch: () => void;
  readonly #loop: Promise<void>;
  #alarm = new AbortController();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    options.parent.addEventListener('abort', this.#onShutdown, { once: true });
    if (options.parent.aborted) this.#onShutdown();
    this.#unwatch = options.cancellations.watch(options.lease.jobId, () => this.#alarm.abort());
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

  /** The first heartbeat is at once: what was asked for before the watch began is seen by it. */
  async #beat(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    let renewedAt = clock.now();
    while (!this.#stop.signal.aborted) {
      // Set before the question: an alarm behind it is not lost.
      this.#alarm = new AbortController();
      if (await this.#renew()) renewedAt = clock.now();
      else if (clock.now() - renewedAt >= leaseMs) this.interrupt(new Interrupted('lease_lost'));
      const early = AbortSignal.any([this.#stop.signal, this.#alarm.signal]);
      await clock.sleep(leaseMs / HEARTBEATS_PER_LEASE, early).catch(() => early.aborted);
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

  #notice({ state, cancelRequested }: Heartbeat): void {
    if (isTerminal(state)) this.interrupt(new Interrupted('lease_lost'));
    else if (cancelRequested) this.interrupt(new Interrupted('cancelled'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.parent.removeEventListener('abort', this.#onShutdown);
    this.#unwatch();
    this.#stop.abort();
    await this.#loop;
  }
}

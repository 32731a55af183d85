import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import { waitForStore } from '@drydock/service-kit';

/** What the queue package tells about its Redis. Both throw DrydockError. */
export interface StoreHealth {
  /** Throws `store_unavailable`, or `store_full` where no job is accepted for want of memory. */
  assertRoom(): Promise<void>;
  /** Throws `store_misconfigured` where an accepted job could be lost. */
  assertDurable(): Promise<void>;
}

export interface StoreReadinessOptions {
  readonly health: StoreHealth;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether jobs can be accepted: Redis was found durable once, answers now, and has room. */
export class StoreReadiness {
  readonly #options: StoreReadinessOptions;
  #isDurable = false;

  constructor(options: StoreReadinessOptions) {
    this.#options = options;
  }

  /** Waits, without end but for the signal, until Redis is there. Throws ConfigError where it is not durable. */
  async waitUntilDurable(signal: AbortSignal): Promise<void> {
    await waitForStore(this.#options.health, this.#options, signal);
    this.#isDurable = !signal.aborted;
  }

  /** Throws `store_unavailable` until Redis was found durable: nothing may be accepted before. */
  assertDurable(): void {
    if (!this.#isDurable) throw new DrydockError('store_unavailable');
  }

  /**
   * Throws `store_unavailable` where Redis is not known to be durable, or does not answer before the signal, and
   * `store_full` where it has no room for one more job.
   */
  async assertReady(signal: AbortSignal): Promise<void> {
    this.assertDurable();
    const { promise: late, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(new DrydockError('store_unavailable')), { once: true });
    await Promise.race([this.#options.health.assertRoom(), late]);
  }
}

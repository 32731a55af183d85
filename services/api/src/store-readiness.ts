import type { Clock } from '@drydock/core';
import { DrydockError, toDrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import { ConfigError } from '@drydock/service-kit';

/** What the queue package tells about its Redis. Both throw DrydockError. */
export interface StoreHealth {
  /** Throws `store_unavailable`. */
  ping(): Promise<unknown>;
  /** Throws `store_misconfigured` where an accepted job could be lost. */
  assertDurable(): Promise<void>;
}

export interface StoreReadinessOptions {
  readonly health: StoreHealth;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Also the rate of log lines while Redis is away. */
const RETRY_MS = 1_000;

/** Whether jobs can be accepted: Redis was found durable once, and answers now. */
export class StoreReadiness {
  readonly #options: StoreReadinessOptions;
  #isDurable = false;

  constructor(options: StoreReadinessOptions) {
    this.#options = options;
  }

  /** Waits, without end but for the signal, until Redis is there. Throws ConfigError where it is not durable. */
  async waitUntilDurable(signal: AbortSignal): Promise<void> {
    const { health, clock, logger } = this.#options;
    while (!signal.aborted && !this.#isDurable) {
      try {
        await health.assertDurable();
        this.#isDurable = true;
      } catch (cause) {
        const error = toDrydockError(cause);
        if (error.code === 'store_misconfigured') throw refusal(error);
        logger.warn('store.awaited', { code: error.code });
        await clock.sleep(RETRY_MS, signal).catch(() => signal.aborted);
      }
    }
  }

  /** Throws `store_unavailable` until Redis was found durable: nothing may be accepted before. */
  assertDurable(): void {
    if (!this.#isDurable) throw new DrydockError('store_unavailable');
  }

  /** Throws `store_unavailable` where Redis is not known to be durable, or does not answer before the signal. */
  async assertReady(signal: AbortSignal): Promise<void> {
    this.assertDurable();
    const { promise: late, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(new DrydockError('store_unavailable')), { once: true });
    await Promise.race([this.#options.health.ping(), late]);
  }
}

function refusal(cause: DrydockError): ConfigError {
  const problem = `names a Redis that could lose accepted jobs: ${cause.toBody().message}`;
  return new ConfigError([{ variable: 'REDIS_URL', problem }], { cause });
}

import { DrydockError } from '@drydock/core';
import type { Redis } from 'ioredis';
import { createClient } from './create-client.ts';
import { settlesWithin } from './deadline-clock.ts';
import { endClient } from './end-client.ts';
import type { OnStoreError } from './outage-report.ts';
import { OutageReport } from './outage-report.ts';
import { toStoreError } from './store-error.ts';

const READY_TIMEOUT_MS = 1_000;

/**
 * The connection for commands. Every call goes through `run`, which gives it a deadline (1 s for a connection, 2 s for
 * the reply) and turns what the vendors throw into DrydockErrors.
 */
export class RedisConnection {
  readonly client: Redis;
  readonly outage: OutageReport;
  #ready = Promise.withResolvers<void>();
  #wasReady = false;

  constructor(url: string, onError: OnStoreError) {
    this.outage = new OutageReport(onError);
    this.client = createClient(url, 'commands');
    this.client.on('error', this.outage.note);
    this.client.on('ready', () => {
      this.#wasReady = true;
      this.#ready.resolve();
      this.outage.over();
    });
    this.client.on('close', () => {
      if (this.#wasReady) this.#ready = Promise.withResolvers();
      this.#wasReady = false;
    });
  }

  /** Throws `store_unavailable`, `store_misconfigured` where access is refused, `internal_error` where a script broke. */
  async run<Reply>(send: (client: Redis) => Promise<Reply>): Promise<Reply> {
    if (this.client.status !== 'ready' && !(await settlesWithin(this.#ready.promise, READY_TIMEOUT_MS))) {
      throw new DrydockError('store_unavailable');
    }
    try {
      return await send(this.client);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Ends the connection; what is still in flight rejects with `store_unavailable`. */
  async close(): Promise<void> {
    await endClient(this.client);
  }
}

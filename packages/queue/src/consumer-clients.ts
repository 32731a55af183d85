import type { Redis, RedisOptions } from 'ioredis';
import { createClient } from './create-client.ts';
import { endClient } from './end-client.ts';
import type { OutageReport } from './outage-report.ts';

/**
 * The two connections of a BullMQ worker: the one it is given, and the copy it makes of it for blocking reads. Both are
 * kept here, since BullMQ waits without end for the close of a connection that is down.
 */
export class ConsumerClients {
  readonly main: Redis;
  readonly #all: Redis[] = [];

  constructor(url: string, outage: OutageReport) {
    this.main = this.#keep(createClient(url, 'waiting'), outage);
    const duplicate = this.main.duplicate.bind(this.main);
    this.main.duplicate = (override?: Partial<RedisOptions>) => this.#keep(duplicate(override), outage);
  }

  #keep(client: Redis, outage: OutageReport): Redis {
    this.#all.push(client.on('error', outage.note).on('ready', outage.over));
    return client;
  }

  get areReady(): boolean {
    return this.#all.every(({ status }) => status === 'ready');
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map(endClient));
  }
}

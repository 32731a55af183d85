import type { JobStore, JobSweeper, SandboxRegistry } from '@drydock/core';
import { assertDurable } from './assert-durable.ts';
import { EventFeed } from './event-feed.ts';
import type { ConsumerOptions } from './job-consumer.ts';
import { JobConsumer } from './job-consumer.ts';
import { JobQueue } from './job-queue.ts';
import { JobScripts } from './job-scripts.ts';
import { Keys } from './keys.ts';
import type { OnStoreError } from './outage-report.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisJobStore } from './redis-job-store.ts';
import { RedisJobSweeper } from './redis-job-sweeper.ts';
import { RedisSandboxRegistry } from './redis-sandbox-registry.ts';

export interface QueueOptions {
  /** `redis://…`, `rediss://…`, `unix:///…` or the path of a socket. */
  readonly url: string;
  /** First part of every key, `drydock` where absent: installations may share a Redis. */
  readonly prefix?: string | undefined;
  /** Told of a lost connection, once per outage. Calls that need it say so themselves. */
  readonly onError?: OnStoreError | undefined;
}

/** Everything that Drydock keeps in Redis. What a process does not use opens no connection of its own. */
export interface OpenQueue {
  readonly store: JobStore;
  readonly sweeper: JobSweeper;
  readonly registry: SandboxRegistry;
  readonly feed: EventFeed;
  startConsumer(options: ConsumerOptions): JobConsumer;
  /** Throws `store_misconfigured` where Redis could lose what it confirmed, `store_unavailable` where it is away. */
  assertDurable(): Promise<void>;
  /** Throws `store_unavailable`. */
  ping(): Promise<void>;
  /** Consumers are closed by whoever started them, before this. */
  close(): Promise<void>;
}

/** Connects in the background. Throws `store_misconfigured` where the address or the prefix cannot be right. */
export function openQueue({ url, prefix, onError = () => undefined }: QueueOptions): OpenQueue {
  const keys = new Keys(prefix);
  const connection = new RedisConnection(url, onError);
  const scripts = new JobScripts(connection, keys);
  const feed = new EventFeed({ url, keys, onError });
  let queue: JobQueue | undefined;
  const openedQueue = () => (queue ??= new JobQueue(connection, keys));
  return {
    store: new RedisJobStore({ connection, keys, scripts }),
    sweeper: new RedisJobSweeper({ connection, keys, scripts, queue: openedQueue }),
    registry: new RedisSandboxRegistry(connection, keys),
    feed,
    startConsumer: (options) => new JobConsumer({ ...options, url, keys }),
    assertDurable: () => assertDurable(connection),
    ping: async () => {
      await connection.run((client) => client.ping());
    },
    close: async () => {
      await feed.close();
      await queue?.close();
      await connection.close();
    },
  };
}

import type {
  ApprovalStore,
  AuditLog,
  JobArchive,
  JobStore,
  JobSweeper,
  MessageStore,
  Office,
  SandboxRegistry,
  SecretStore,
  UploadStore,
  WebhookOutbox,
} from '@drydock/core';
import { assertDurable } from './assert-durable.ts';
import { assertRoom } from './assert-room.ts';
import { EventFeed } from './event-feed.ts';
import type { ConsumerOptions } from './job-consumer.ts';
import { JobConsumer } from './job-consumer.ts';
import { JobQueue } from './job-queue.ts';
import { JobScripts } from './job-scripts.ts';
import { Keys } from './keys.ts';
import type { OnStoreError } from './outage-report.ts';
import { RedisApprovalStore } from './redis-approval-store.ts';
import { RedisAuditLog } from './redis-audit-log.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisJobArchive } from './redis-job-archive.ts';
import { RedisJobStore } from './redis-job-store.ts';
import { RedisJobSweeper } from './redis-job-sweeper.ts';
import { RedisMessageStore } from './redis-message-store.ts';
import { RedisOffice } from './redis-office.ts';
import { RedisSandboxRegistry } from './redis-sandbox-registry.ts';
import { RedisSecretStore } from './redis-secret-store.ts';
import { RedisUploadStore } from './redis-upload-store.ts';
import { RedisWebhookOutbox } from './redis-webhook-outbox.ts';

const DEFAULT_MAX_QUEUED = 1_000;

export interface QueueOptions {
  /** `redis://…`, `rediss://…`, `unix:///…` or the path of a socket. */
  readonly url: string;
  /** First part of every key, `drydock` where absent: installations may share a Redis. */
  readonly prefix?: string | undefined;
  /** Jobs that may wait before one more is refused with `queue_full`; 1,000 where absent. */
  readonly maxQueued?: number | undefined;
  /** Told of a lost connection, once per outage. Calls that need it say so themselves. */
  readonly onError?: OnStoreError | undefined;
}

/** Everything that Drydock keeps in Redis. What a process does not use opens no connection of its own. */
export interface OpenQueue {
  readonly store: JobStore;
  readonly sweeper: JobSweeper;
  readonly archive: JobArchive;
  readonly approvals: ApprovalStore;
  readonly messages: MessageStore;
  readonly audit: AuditLog;
  readonly secrets: SecretStore;
  readonly webhooks: WebhookOutbox;
  readonly registry: SandboxRegistry;
  readonly uploads: UploadStore;
  /** Wakes when events were appended to a job. */
  readonly feed: EventFeed;
  /** Wakes when a worker has to ask about its job: it was cancelled, or what it asked a person is decided. */
  readonly cancellations: EventFeed;
  /** An office that one process of all that share this Redis and prefix can hold. */
  office(name: string): Office;
  startConsumer(options: ConsumerOptions): JobConsumer;
  /** Throws `store_misconfigured` where Redis could lose what it confirmed, `store_unavailable` where it is away. */
  assertDurable(): Promise<void>;
  /** Throws `store_unavailable`, or `store_full` where no job is accepted for want of memory. */
  assertRoom(): Promise<void>;
  /** Throws `store_unavailable`. */
  ping(): Promise<void>;
  /** Consumers are closed by whoever started them, before this. */
  close(): Promise<void>;
}

/** Connects in the background. Throws `store_misconfigured` where the address or the prefix cannot be right. */
export function openQueue(options: QueueOptions): OpenQueue {
  const { url, prefix, maxQueued = DEFAULT_MAX_QUEUED, onError = () => undefined } = options;
  const keys = new Keys(prefix);
  const connection = new RedisConnection(url, onError);
  const scripts = new JobScripts(connection, keys);
  const feed = new EventFeed({ url, channel: keys.channel, onError });
  const cancellations = new EventFeed({ url, channel: keys.cancelChannel, onError });
  let queue: JobQueue | undefined;
  const openedQueue = () => (queue ??= new JobQueue(connection, keys));
  return {
    store: new RedisJobStore({ connection, keys, scripts, maxQueued }),
    sweeper: new RedisJobSweeper({ connection, keys, scripts, queue: openedQueue }),
    archive: new RedisJobArchive({ connection, keys, scripts, queue: openedQueue }),
    approvals: new RedisApprovalStore({ connection, keys, scripts }),
    messages: new RedisMessageStore({ connection, keys, scripts }),
    audit: new RedisAuditLog(connection, keys),
    secrets: new RedisSecretStore(connection, keys),
    webhooks: new RedisWebhookOutbox(connection, keys),
    registry: new RedisSandboxRegistry(connection, keys),
    uploads: new RedisUploadStore(connection, keys),
    feed,
    cancellations,
    office: (name) => new RedisOffice(connection, keys.office(name)),
    startConsumer: (options) => new JobConsumer({ ...options, url, keys }),
    assertDurable: () => assertDurable(connection),
    assertRoom: () => assertRoom(connection),
    ping: async () => {
      await connection.run((client) => client.ping());
    },
    close: async () => {
      await feed.close();
      await cancellations.close();
      await queue?.close();
      await connection.close();
    },
  };
}

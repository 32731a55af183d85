import type { JobRunMessage } from '@drydock/contracts';
import { QUEUE_MESSAGES } from '@drydock/contracts';
import { Queue } from 'bullmq';
import type { Keys } from './keys.ts';
import { messageId } from './message-id.ts';
import type { RedisConnection } from './redis-connection.ts';

/** The name of the one BullMQ queue. */
export const QUEUE_NAME = 'jobs';

/** The producer's end of BullMQ. It shares the connection for commands and with it the deadline of each. */
export class JobQueue {
  readonly #connection: RedisConnection;
  readonly #queue: Queue;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#queue = new Queue(QUEUE_NAME, {
      connection: connection.client,
      prefix: keys.bullmq,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: {
        // Our record is the history; and an id that BullMQ has forgotten can be handed over again.
        removeOnComplete: true,
        removeOnFail: true,
        attempts: 1,
      },
    });
    this.#queue.on('error', connection.outage.note);
  }

  /** Hands messages to the workers; one that BullMQ still has is not added again. */
  async add(messages: readonly JobRunMessage[]): Promise<void> {
    const jobs = messages.map((message) => ({
      name: 'job.run',
      data: QUEUE_MESSAGES['job.run'].parse(message),
      opts: { jobId: messageId(message) },
    }));
    await this.#connection.run(() => this.#queue.addBulk(jobs));
  }

  /** Takes back a message that no worker came for. */
  async remove(message: JobRunMessage): Promise<void> {
    await this.#connection.run(() => this.#queue.remove(messageId(message)));
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

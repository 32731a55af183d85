import type { JobId } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';

const PREFIX = /^[a-z0-9-]{1,40}$/;

/** Every name in Redis. All share one hash tag, so that every script stays in one slot of a cluster. */
export class Keys {
  readonly #tag: string;
  /** Hash: state → how many jobs. */
  readonly states: string;
  /** Sorted set: job → expiry of its lease, epoch milliseconds. */
  readonly leases: string;
  /** Sorted set: job → deadline of its state, epoch milliseconds. */
  readonly deadlines: string;
  /** Sorted set: message of a queued job → when it is to be handed to BullMQ, epoch milliseconds. */
  readonly outbox: string;
  /** Hash: sandbox → record. */
  readonly sandboxes: string;
  /** Publish channel: `<job> <seq>` after each append. */
  readonly channel: string;
  /** Prefix of BullMQ's own keys. */
  readonly bullmq: string;

  constructor(prefix = 'drydock') {
    if (!PREFIX.test(prefix)) {
      throw new DrydockError('store_misconfigured', {
        message: 'The Redis key prefix must be 1 to 40 of a-z, 0-9 and -.',
      });
    }
    this.#tag = `{${prefix}}`;
    this.states = `${this.#tag}:states`;
    this.leases = `${this.#tag}:leases`;
    this.deadlines = `${this.#tag}:deadlines`;
    this.outbox = `${this.#tag}:outbox`;
    this.sandboxes = `${this.#tag}:sandboxes`;
    this.channel = `${this.#tag}:appended`;
    this.bullmq = `${this.#tag}:bullmq`;
  }

  /** Hash: the job record. */
  job(jobId: JobId): string {
    return `${this.#tag}:job:${jobId}`;
  }

  /** Stream: the job's events, ids `<seq>-0`. */
  events(jobId: JobId): string {
    return `${this.#tag}:events:${jobId}`;
  }

  /** String, expiring: the reply of a call that was applied, so that a re-sent one is not applied twice. */
  call(callId: string): string {
    return `${this.#tag}:call:${callId}`;
  }
}

import { createHash } from 'node:crypto';
import type { JobId, UploadId } from '@drydock/contracts';
import { DEFAULT_TENANT } from '@drydock/contracts';
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
  /** Sorted set, all scores 0: `<time of accepting, epoch ms, 15 digits>-<job>`, so that its order is that of time. */
  readonly jobs: string;
  /** Sorted set: job that is over → when it ended, epoch milliseconds. */
  readonly finished: string;
  /** Hash: when the last job was claimed, and the usual time between two claims. */
  readonly pace: string;
  /** Sorted set: digest of an upload → when the last record that names it expires, epoch milliseconds. */
  readonly uploadDigests: string;
  /** Sorted set: job → when its pending approval expires, epoch milliseconds. */
  readonly approvals: string;
  /** Hash: sandbox → record. */
  readonly sandboxes: string;
  /** List: what waits for its place in the audit log, as JSON. */
  readonly auditDrafts: string;
  /** Stream: audit entries that are not in files yet, ids `<seq>-0`. */
  readonly audit: string;
  /** Hash: seq and hash of the last audit entry. */
  readonly auditHead: string;
  /** Hash: webhook → what it tells, as JSON; `<webhook>:tries` → how often it was tried in vain; `:bytes` of all, `:dropped` so far. */
  readonly webhooks: string;
  /** Sorted set: webhook → when it is to be sent, epoch milliseconds. */
  readonly webhooksDue: string;
  /** Sorted set: webhook → when it was written, epoch milliseconds. */
  readonly webhooksKept: string;
  /** Hash: name of a secret → its record, sealed. */
  readonly secrets: string;
  /** Publish channel: `<job> <seq>` after each append. */
  readonly channel: string;
  /** Publish channel: `<job>` when its worker has to end it. */
  readonly cancelChannel: string;
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
    this.jobs = `${this.#tag}:jobs`;
    this.finished = `${this.#tag}:finished`;
    this.pace = `${this.#tag}:pace`;
    this.uploadDigests = `${this.#tag}:upload-digests`;
    this.approvals = `${this.#tag}:approvals`;
    this.sandboxes = `${this.#tag}:sandboxes`;
    this.auditDrafts = `${this.#tag}:audit:${DEFAULT_TENANT}:drafts`;
    this.audit = `${this.#tag}:audit:${DEFAULT_TENANT}`;
    this.auditHead = `${this.#tag}:audit:${DEFAULT_TENANT}:head`;
    this.webhooks = `${this.#tag}:webhooks`;
    this.webhooksDue = `${this.#tag}:webhooks:due`;
    this.webhooksKept = `${this.#tag}:webhooks:kept`;
    this.secrets = `${this.#tag}:secrets:${DEFAULT_TENANT}`;
    this.channel = `${this.#tag}:appended`;
    this.cancelChannel = `${this.#tag}:cancelled`;
    this.bullmq = `${this.#tag}:bullmq`;
  }

  /** String, expiring: which process holds an office. */
  office(name: string): string {
    return `${this.#tag}:office:${name}`;
  }

  /** Hash: the job record. */
  job(jobId: JobId): string {
    return `${this.#tag}:job:${jobId}`;
  }

  /** Stream: the job's events, ids `<seq>-0`. */
  events(jobId: JobId): string {
    return `${this.#tag}:events:${jobId}`;
  }

  /** Sorted set: webhook of the job → when it was written; those that were settled go when room is made. */
  webhooksOf(jobId: JobId): string {
    return `${this.#tag}:webhooks:of:${jobId}`;
  }

  /** Hash: every approval of a job; `<id>` is its request, `<id>:<field>` the rest. */
  approvalsOf(jobId: JobId): string {
    return `${this.#tag}:approvals:${jobId}`;
  }

  /** Hash, expiring: digest and job of a request that its caller marked with a key. */
  request(idempotencyKey: string): string {
    return `${this.#tag}:request:${createHash('sha256').update(idempotencyKey).digest('hex')}`;
  }

  /** String, expiring: where an upload's bytes are. */
  upload(uploadId: UploadId): string {
    return `${this.#tag}:upload:${uploadId}`;
  }

  /** String, expiring: the reply of a call that was applied, so that a re-sent one is not applied twice. */
  call(callId: string): string {
    return `${this.#tag}:call:${callId}`;
  }
}

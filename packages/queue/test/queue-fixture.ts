import { randomBytes } from 'node:crypto';
import type { ErrorBody, JobEvent, JobId, JobKind, JobSpec } from '@drydock/contracts';
import { Digest, WorkerId } from '@drydock/contracts';
import type { Commit, JobStore, Lease } from '@drydock/core';
import { NO_USAGE, newJobId } from '@drydock/core';
import type { OpenQueue } from '@drydock/queue';
import { openQueue } from '@drydock/queue';
import { Redis } from 'ioredis';
import { Keys } from '../src/keys.ts';

export const DIGEST = Digest.parse('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
export const LEASE_MS = 30_000;

export function buildSpec(kind: JobKind = 'fix', timeoutSeconds = 900): JobSpec {
  return {
    kind,
    instruction: 'Make the tests pass. {"quotes": "and \\ and Umläute"}',
    source: { type: 'files', digest: DIGEST, bytes: 5, files: 1 },
    checks: { test: [] },
    model: 'scripted/fix',
    max_tokens: 4_096,
    tools: ['code_interpreter'],
    tier: 'standard',
    tool_use_approval: 'ask',
    labels: { team: 'red' },
    limits: {
      timeout_seconds: timeoutSeconds,
      memory_mb: 256,
      cpus: 0.5,
      disk_mb: 64,
      max_turns: 10,
      max_tokens_total: 1_000,
    },
  };
}

export function buildCommit(to: Commit['to'] = 'succeeded', error: ErrorBody | null = null): Commit {
  return {
    to,
    result: {
      verified: to === 'succeeded',
      summary: 'Fixed.',
      plan: null,
      checks: null,
      patch_bytes: 42,
      usage: NO_USAGE,
      warnings: [],
    },
    error,
    artifacts: { 'patch.diff': DIGEST },
  };
}

export function newWorkerId(): WorkerId {
  return WorkerId.parse(`wrk_${randomBytes(8).toString('hex')}`);
}

/** A queue under a prefix of its own, so that tests share a server and nothing else; and a bare client to look past it. */
export class QueueFixture implements AsyncDisposable {
  readonly prefix: string;
  readonly keys: Keys;
  readonly queue: OpenQueue;
  readonly raw: Redis;
  readonly errors: unknown[] = [];

  constructor(
    url: string,
    { maxQueued, prefix }: { readonly maxQueued?: number; readonly prefix?: string } = {},
  ) {
    this.prefix = prefix ?? `test-${randomBytes(6).toString('hex')}`;
    this.keys = new Keys(this.prefix);
    const onError = (error: unknown): void => void this.errors.push(error);
    this.queue = openQueue({ url, prefix: this.prefix, maxQueued, onError });
    this.raw = new Redis(url, { lazyConnect: true });
    this.raw.on('error', (error) => this.errors.push(error));
  }

  get store(): JobStore {
    return this.queue.store;
  }

  async accept(spec: JobSpec = buildSpec()): Promise<JobId> {
    return (await this.store.accept(newJobId(), spec)).id;
  }

  /** Takes a queued job; the fence is what the store has, as the outbox would say. */
  async claim(jobId: JobId): Promise<Lease> {
    const fence = Number(await this.raw.hget(this.keys.job(jobId), 'fence'));
    const claim = await this.store.claim({ jobId, fence, workerId: newWorkerId(), leaseMs: LEASE_MS });
    if (claim.kind === 'refused') throw new Error(claim.reason);
    return claim.lease;
  }

  /** A claimed job, in the state after `states` were gone through. */
  async claimed(states: readonly ('planning' | 'running' | 'verifying')[] = []): Promise<Lease> {
    const lease = await this.claim(await this.accept());
    let from: 'starting' | 'planning' | 'running' | 'verifying' = 'starting';
    for (const to of states) {
      await this.store.transition(lease, { from, to });
      from = to;
    }
    return lease;
  }

  /** As if the lease had been taken longer ago: it is over, and nobody has seen it. */
  async outliveLease({ jobId }: Pick<Lease, 'jobId'>): Promise<void> {
    await this.raw.hset(this.keys.job(jobId), 'leaseUntil', 1);
    await this.raw.zadd(this.keys.leases, 1, jobId);
  }

  async events(jobId: JobId): Promise<readonly JobEvent[]> {
    return this.store.readEvents(jobId, 0, 10_000);
  }

  /** Everything that is stored about a job: equal before and after a call that was refused. */
  async snapshot(jobId: JobId): Promise<unknown> {
    const { keys, raw } = this;
    return {
      job: await raw.hgetall(keys.job(jobId)),
      events: await raw.xrange(keys.events(jobId), '-', '+'),
      states: await raw.hgetall(keys.states),
      schedules: await Promise.all(
        [keys.leases, keys.deadlines, keys.outbox].map((key) =>
          raw.zrangebyscore(key, '-inf', '+inf', 'WITHSCORES'),
        ),
      ),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.close();
    this.raw.disconnect();
  }
}

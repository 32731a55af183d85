import { randomBytes } from 'node:crypto';
import { DrydockError, newJobId } from '@drydock/core';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { QueueFixture, buildCommit, buildSpec } from './queue-fixture.ts';

const MAX_QUEUED = 10;
const MAX_MEMORY = 12 << 20;
const POLICY = { maxAgeMs: 1e12, maxJobs: 1_000_000, maxMemoryShare: 0.3, minAgeMs: 0 };
const never = new AbortController().signal;

describeWith('redis', 'a full queue', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  beforeEach(async () => {
    redis = await ThrowawayRedis.start();
    fixture = new QueueFixture(redis.url, { maxQueued: MAX_QUEUED });
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  it('takes exactly as many of 50 submissions at once as may wait; those all run, the others are told when to come', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => fixture.accept()));
    const accepted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(accepted).toHaveLength(MAX_QUEUED);
    for (const answer of answers) {
      if (answer.status === 'fulfilled') continue;
      expect(answer.reason).toMatchObject({ code: 'queue_full', details: { retryAfterSeconds: 10 } });
    }
    const ran: string[] = [];
    const consumer = fixture.queue.startConsumer({
      concurrency: 4,
      handler: async ({ jobId }) => {
        const lease = await fixture.claim(jobId);
        await fixture.store.transition(lease, { from: 'starting', to: 'planning' });
        await fixture.store.commit(lease, buildCommit('failed'));
        ran.push(jobId);
      },
      onError: (error) => fixture.errors.push(error),
    });
    await fixture.queue.sweeper.dispatchOutbox();
    await vi.waitFor(() => expect(ran.toSorted()).toEqual(accepted.toSorted()), 10_000);
    await consumer.close(1_000);
    expect((await fixture.queue.sweeper.countStates()).failed).toBe(MAX_QUEUED);
    expect(fixture.errors).toEqual([]);
  });

  it('has room for one more as soon as one was claimed, and tells the pace of claims', async () => {
    const jobIds = await Promise.all(Array.from({ length: MAX_QUEUED }, () => fixture.accept()));
    await expect(fixture.store.assertRoom(newJobId())).rejects.toMatchObject({ code: 'queue_full' });
    const [first] = jobIds;
    if (first) await fixture.claim(first);
    await fixture.store.assertRoom(newJobId());
    await fixture.accept();
    await fixture.raw.hset(fixture.keys.pace, { everyMs: 4_200 });
    await expect(fixture.accept()).rejects.toMatchObject({ details: { retryAfterSeconds: 5 } });
    await fixture.raw.hset(fixture.keys.pace, { everyMs: 1, claimedAt: Date.now() - 1e6 });
    await expect(fixture.accept()).rejects.toMatchObject({ details: { retryAfterSeconds: 60 } });
  });

  it('still answers what it accepted before, and refuses the key of another body', async () => {
    const request = { key: 'key', digest: 'digest' };
    const job = await fixture.store.accept(newJobId(), buildSpec(), { request });
    await Promise.all(Array.from({ length: MAX_QUEUED - 1 }, () => fixture.accept()));
    await fixture.store.assertRoom(newJobId(), request);
    expect((await fixture.store.accept(newJobId(), buildSpec(), { request })).id).toBe(job.id);
    const other = { key: 'key', digest: 'other' };
    await expect(fixture.store.accept(newJobId(), buildSpec(), { request: other })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
  });

  it('leaves nothing of a refused job', async () => {
    await Promise.all(Array.from({ length: MAX_QUEUED }, () => fixture.accept()));
    const before = (await fixture.raw.keys('*')).toSorted();
    const request = { key: 'refused', digest: 'digest' };
    await expect(fixture.store.accept(newJobId(), buildSpec(), { request })).rejects.toThrow(DrydockError);
    expect((await fixture.raw.keys('*')).toSorted()).toEqual(before);
  });
});

describeWith('redis', 'a full store', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  beforeEach(async () => {
    redis = await ThrowawayRedis.start(['--maxmemory', String(MAX_MEMORY)]);
    fixture = new QueueFixture(redis.url, { maxQueued: 1e6 });
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  const text = (bytes: number) => randomBytes(bytes / 2).toString('hex');
  const message = (bytes: number) => ({
    type: 'message.added' as const,
    data: { role: 'assistant' as const, text: text(bytes) },
  });

  /** Submits until the store refuses, and tells how many it took. */
  async function flood(): Promise<number> {
    let taken = 0;
    const refused = async (): Promise<unknown> => {
      for (; taken < 10_000; taken += 1) await fixture.accept({ ...buildSpec(), instruction: text(50_000) });
      return undefined;
    };
    const refusal = await refused().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'store_full', details: { retryAfterSeconds: 60 } });
    return taken;
  }
  const share = async () => {
    const { usedBytes, maxBytes } = await fixture.queue.archive.readMemory();
    return usedBytes / maxBytes;
  };

  it('refuses new jobs, and running ones go on, commit, and lose nothing', async () => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    const accepted = await flood();
    expect(accepted).toBeGreaterThan(50);
    // The bytes of a submission count while it is looked at; without them the store is just below its limit again.
    const { usedBytes } = await fixture.queue.archive.readMemory();
    expect(usedBytes / MAX_MEMORY).toBeLessThan(0.87);
    await fixture.raw.config('SET', 'maxmemory', Math.floor(usedBytes / 0.88));
    await expect(fixture.queue.assertRoom()).rejects.toMatchObject({ code: 'store_full' });
    await expect(fixture.store.assertRoom(newJobId())).rejects.toMatchObject({ code: 'store_full' });
    await fixture.store.appendEvents(lease, [message(1_000)]);

    // Other jobs that run, and their events, up to where events are left out too.
    const others = await Promise.all(Array.from({ length: 8 }, () => firstQueued()));
    for (const other of others) {
      for (let i = 0; i < 40; i += 1) await fixture.store.appendEvents(other, [message(40_000)]);
    }
    expect(await share()).toBeLessThan(1);
    const [warned] = others.slice(-1);
    if (warned === undefined) throw new Error('No other job.');
    const events = await fixture.events(warned.jobId);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.filter(({ type }) => type === 'warning.raised')).toMatchObject([
      { data: { code: 'events_left_out' } },
    ]);

    expect(await fixture.store.heartbeat(lease, 30_000)).toMatchObject({ state: 'verifying' });
    await fixture.store.putArtifact(lease, buildCommit().artifacts, { result: buildCommit().result });
    expect(await fixture.store.commit(lease, buildCommit())).toBe('committed');
    const stats = await fixture.raw.info('stats');
    expect(/evicted_keys:(\d+)/.exec(stats)?.[1]).toBe('0');
    expect((await fixture.queue.sweeper.countStates()).queued).toBe(accepted - others.length);
  });

  it('lets running jobs commit also over maxmemory, where Redis refuses everything else', async () => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.raw.config('SET', 'maxmemory', '1mb');
    await expect(fixture.raw.set('other', 'x')).rejects.toThrow(/^OOM/);
    await fixture.store.appendEvents(lease, [message(1_000)]);
    await fixture.queue.registry.put({
      sandboxId: 'sbx_0123456789abcdef' as never,
      jobId: lease.jobId,
      fence: 1,
      role: 'verify',
      deadlineAt: 1,
    });
    expect(await fixture.queue.office('test').hold(1_000)).toBe(true);
    await fixture.store.heartbeat(lease, 30_000);
    expect(await fixture.store.commit(lease, buildCommit())).toBe('committed');
    expect((await fixture.store.find(lease.jobId))?.state).toBe('succeeded');
    expect((await fixture.events(lease.jobId)).at(-1)?.type).toBe('job.finished');
  });

  it('has room again by itself when retention has removed what ended', async () => {
    await flood();
    for (let ended = 0; ended < 150; ended += 1) {
      const [jobId] = await queuedJobs();
      if (jobId === undefined) break;
      await fixture.store.cancel(jobId);
    }
    await expect(fixture.accept()).rejects.toMatchObject({ code: 'store_full' });
    const removed = await fixture.queue.archive.removeEnded(POLICY, never);
    expect(removed.get('memory')).toBeGreaterThan(50);
    expect(await share()).toBeLessThan(0.4);
    await fixture.queue.assertRoom();
    await fixture.accept();
  });

  it('replays accepted requests', async () => {
    const request = { key: 'key', digest: 'digest' };
    const job = await fixture.store.accept(newJobId(), buildSpec(), { request });
    await flood();
    expect((await fixture.store.accept(newJobId(), buildSpec(), { request })).id).toBe(job.id);
  });

  it('keeps of one job no more than its share of events', async () => {
    await fixture.raw.config('SET', 'maxmemory', '0');
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    for (let i = 0; i < 60; i += 1) await fixture.store.appendEvents(lease, [message(100_000)]);
    const events = await fixture.events(lease.jobId);
    expect(events.filter(({ type }) => type === 'message.added')).toHaveLength(41);
    expect(events.filter(({ type }) => type === 'warning.raised')).toHaveLength(1);
    await fixture.store.commit(lease, buildCommit());
  });

  const queuedJobs = async () =>
    (await fixture.store.list({ limit: 1, states: ['queued'] })).jobs.map(({ id }) => id);
  const firstQueued = async () => {
    const jobId = await fixture.raw
      .zpopmin(fixture.keys.outbox)
      .then(([member = '']) => member.split('-')[0]);
    const lease = await fixture.claim(jobId as never);
    await fixture.store.transition(lease, { from: 'starting', to: 'planning' });
    return lease;
  };
});

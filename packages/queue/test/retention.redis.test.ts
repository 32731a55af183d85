import { createHash } from 'node:crypto';
import { Digest } from '@drydock/contracts';
import type { JobId } from '@drydock/contracts';
import { newJobId, newUploadId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST, buildCommit, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const KEEP_ALL = { maxAgeMs: 1e12, maxJobs: 1e9, maxMemoryShare: 1, minAgeMs: 0 };
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;
const digestOf = (text: string) => Digest.parse(createHash('sha256').update(text).digest('hex'));

describeWith('redis', 'retention', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const ownKeys = async () => (await fixture.raw.keys(`{${fixture.prefix}}:*`)).toSorted();
  const isStored = async (jobId: JobId) => (await fixture.store.find(jobId)) !== undefined;

  async function end(jobId: JobId, artifacts = buildCommit().artifacts): Promise<JobId> {
    const lease = await fixture.claim(jobId);
    await fixture.store.transition(lease, { from: 'starting', to: 'planning' });
    await fixture.store.commit(lease, { ...buildCommit('failed'), artifacts });
    return jobId;
  }
  /** As if the job had ended so much earlier. */
  async function age(jobId: JobId, byMs: number): Promise<void> {
    await fixture.raw.zincrby(fixture.keys.finished, -byMs, jobId);
  }
  async function endedJobs(count: number): Promise<readonly JobId[]> {
    const jobIds: JobId[] = [];
    for (let i = 0; i < count; i += 1) {
      const jobId = await end(await fixture.accept());
      await age(jobId, HOUR_MS - i * 1_000);
      jobIds.push(jobId);
    }
    return jobIds;
  }
  const remove = async (change: Partial<typeof KEEP_ALL>) =>
    Object.fromEntries(await fixture.queue.archive.removeEnded({ ...KEEP_ALL, ...change }, never));

  it('removes what is older than it may be, and keeps what is not', async () => {
    const [old, young] = [await end(await fixture.accept()), await end(await fixture.accept())];
    await age(old, HOUR_MS);
    expect(await remove({ maxAgeMs: HOUR_MS })).toEqual({ age: 1 });
    expect([await isStored(old), await isStored(young)]).toEqual([false, true]);
    expect(await remove({ maxAgeMs: HOUR_MS })).toEqual({});
  });

  it('removes the oldest of too many', async () => {
    const jobIds = await endedJobs(6);
    expect(await remove({ maxJobs: 4 })).toEqual({ count: 2 });
    expect(await Promise.all(jobIds.map(isStored))).toEqual([false, false, true, true, true, true]);
  });

  it('keeps a job that has just ended, however many there are', async () => {
    const [old] = await endedJobs(1);
    const young = await end(await fixture.accept());
    expect(await remove({ maxJobs: 0, maxMemoryShare: -1, minAgeMs: HOUR_MS / 2 })).toEqual({ count: 1 });
    expect(old && (await isStored(old))).toBe(false);
    expect(await isStored(young)).toBe(true);
  });

  it('never removes a job that is not over', async () => {
    const live = [
      await fixture.accept(),
      (await fixture.claimed()).jobId,
      (await fixture.claimed(['planning', 'running', 'verifying'])).jobId,
    ];
    // Even where an index says otherwise.
    for (const jobId of live) await fixture.raw.zadd(fixture.keys.finished, 0, jobId);
    expect(await remove({ maxAgeMs: 0, maxJobs: 0 })).toEqual({});
    for (const jobId of live) expect(await fixture.queue.archive.remove(jobId)).toBe(false);
    expect(await Promise.all(live.map(isStored))).toEqual([true, true, true]);
  });

  it('leaves nothing of a job: record, events, list, count, request, or message', async () => {
    const keeper = await fixture.accept();
    await fixture.queue.sweeper.dispatchOutbox();
    const withoutCalls = async () => (await ownKeys()).filter((key) => !key.includes(':call:'));
    const before = await withoutCalls();
    const states = await fixture.queue.sweeper.countStates();
    const { id } = await fixture.store.accept(newJobId(), buildSpec(), {
      request: { key: 'k', digest: 'd' },
    });
    // Handed to BullMQ, where no worker came for it before it was cancelled.
    await fixture.queue.sweeper.dispatchOutbox();
    await fixture.store.cancel(id);
    expect((await withoutCalls()).length).toBeGreaterThan(before.length + 3);
    expect(await fixture.queue.archive.remove(id)).toBe(true);
    expect(await fixture.queue.archive.remove(id)).toBe(false);
    expect(await withoutCalls()).toEqual(before);
    expect(await fixture.queue.sweeper.countStates()).toEqual(states);
    expect((await fixture.store.list({ limit: 10 })).jobs.map((job) => job.id)).toEqual([keeper]);
    const again = await fixture.store.accept(newJobId(), buildSpec(), { request: { key: 'k', digest: 'd' } });
    expect(again.id, 'accepted anew').not.toBe(id);
  });

  it('removes at most 500 in one pass and the rest in the next', async () => {
    const template = await end(await fixture.accept());
    const { raw, keys } = fixture;
    const hash = await raw.hgetall(keys.job(template));
    const copies = Array.from({ length: 620 }, (_, i) => `job_01K${String(i).padStart(23, '0')}` as JobId);
    await Promise.all(copies.map((jobId) => raw.hset(keys.job(jobId), { ...hash, id: jobId })));
    await raw.zadd(keys.finished, ...copies.flatMap((jobId) => [1, jobId]));
    expect(await remove({ maxAgeMs: HOUR_MS })).toEqual({ age: 500 });
    expect(await remove({ maxAgeMs: HOUR_MS })).toEqual({ age: 120 });
    expect(await isStored(template)).toBe(true);
  });

  it('keeps pages right while jobs are removed: every job that stays comes once', async () => {
    const jobIds = await endedJobs(30);
    const kept = new Set(jobIds.slice(12));
    const seen: JobId[] = [];
    let removed: unknown;
    let cursor: string | undefined;
    for (let page = 0; page < 20; page += 1) {
      const { jobs, nextCursor } = await fixture.store.list({ limit: 4, cursor });
      seen.push(...jobs.map(({ id }) => id).filter((id) => kept.has(id)));
      if (page === 1) removed = await remove({ maxJobs: kept.size });
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(removed).toEqual({ count: 12 });
    expect(seen.toSorted()).toEqual([...kept].toSorted());
  });

  it('knows every digest that jobs and uploads refer to, how often, and what live ones hold', async () => {
    const [patch, upload, soFar, checkpoint] = ['patch', 'upload', 'so far', 'checkpoint'].map(digestOf);
    if (!patch || !upload || !soFar || !checkpoint) throw new Error('No digests.');
    await end(await fixture.accept(), { 'patch.diff': patch });
    const lease = await fixture.claimed(['planning']);
    await fixture.store.putArtifact(lease, { 'log.txt': soFar }, { checkpoint });
    await fixture.queue.uploads.put({ id: newUploadId(), format: 'bundle', bytes: 1, digest: upload });
    // An artifact with a name that only a newer worker knows.
    const future = digestOf('future');
    await fixture.raw.hset(fixture.keys.job(lease.jobId), 'artifact:from-the-future', future);
    const transcript = digestOf('transcript');
    const signed = JSON.stringify({ checkpoint: { transcript, plan: { steps: [transcript.slice(1)] } } });
    await fixture.raw.hset(fixture.keys.job(lease.jobId), 'signedCheckpoint', signed);
    const { counts, held } = await fixture.queue.archive.findReferences(never);
    expect(Object.fromEntries(counts)).toEqual({
      [DIGEST]: 2,
      [patch]: 1,
      [upload]: 1,
      [soFar]: 1,
      [checkpoint]: 1,
      [future]: 1,
      [transcript]: 1,
    });
    expect(held).toEqual(new Set([DIGEST, soFar, checkpoint, future, upload, transcript]));
  });

  it('takes nothing for settled that is younger than the oldest live job, or than an hour', async () => {
    const { archive } = fixture.queue;
    const now = Date.now();
    const idle = (await archive.findReferences(never)).settledBefore;
    expect(Math.abs(idle - (now - HOUR_MS))).toBeLessThan(10_000);
    const jobId = await fixture.accept();
    await fixture.raw.hset(fixture.keys.job(jobId), 'createdAt', now - 5 * HOUR_MS);
    expect((await archive.findReferences(never)).settledBefore).toBe(now - 6 * HOUR_MS);
  });

  it('forgets the digest of an upload when its last record has expired, and not before', async () => {
    const { uploads, archive } = fixture.queue;
    const [first, second] = [newUploadId(), newUploadId()];
    for (const id of [first, second]) await uploads.put({ id, format: 'bundle', bytes: 1, digest: DIGEST });
    await fixture.raw.zadd(fixture.keys.uploadDigests, Date.now() - 1, DIGEST);
    await uploads.find(second);
    expect((await archive.findReferences(never)).counts.get(DIGEST)).toBe(1);
    await fixture.raw.zadd(fixture.keys.uploadDigests, Date.now() - 1, DIGEST);
    expect((await archive.findReferences(never)).counts.get(DIGEST)).toBeUndefined();
  });

  it('lists the oldest that ended, with what they refer to', async () => {
    const jobIds = await endedJobs(3);
    const digests = [DIGEST, DIGEST];
    expect(await fixture.queue.archive.listEnded(0, 2)).toEqual(
      jobIds.slice(0, 2).map((jobId) => ({ jobId, digests })),
    );
    expect(await fixture.queue.archive.listEnded(2 * HOUR_MS, 2)).toEqual([]);
  });
});

import { newJobId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { buildCommit, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const REQUEST = { key: 'k1: any text', digest: 'd1' };

describeWith('redis', 'a request that is sent again', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const accept = (request = REQUEST) => fixture.store.accept(newJobId(), buildSpec(), { request });
  const stored = async () => (await fixture.store.list({ limit: 100 })).jobs;

  it('makes one job, 50 times in parallel and later, and is answered alike', async () => {
    const jobs = await Promise.all(Array.from({ length: 50 }, () => accept()));
    expect(await stored()).toHaveLength(1);
    expect(await fixture.raw.zcard(fixture.keys.outbox)).toBe(1);
    const asAnswered = jobs.map(({ id, state, createdAt, spec }) => ({ id, state, createdAt, spec }));
    expect(new Set(asAnswered.map((job) => JSON.stringify(job))).size).toBe(1);
    expect(await fixture.events(jobs[0]?.id ?? newJobId())).toHaveLength(1);
  });

  it('is answered as the first time, also when the job has ended', async () => {
    const { id } = await accept();
    const lease = await fixture.claim(id);
    await fixture.store.commit(lease, buildCommit('failed'));
    expect(await accept()).toMatchObject({ id, state: 'queued', attempt: 0, result: null, finishedAt: null });
  });

  it('is refused with another body, and the first job stays what it is', async () => {
    const { id } = await accept();
    await expect(accept({ ...REQUEST, digest: 'd2' })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect((await stored()).map((job) => job.id)).toEqual([id]);
  });

  it('makes another job with another key, and without one', async () => {
    await accept();
    await accept({ ...REQUEST, key: 'k2' });
    await fixture.accept();
    expect(await stored()).toHaveLength(3);
  });

  it('makes a new job after 24 hours', async () => {
    const first = await accept();
    const key = fixture.keys.request(REQUEST.key);
    const ttl = await fixture.raw.pttl(key);
    expect(ttl).toBeGreaterThan(DAY_MS - 60_000);
    expect(ttl).toBeLessThanOrEqual(DAY_MS);
    await fixture.raw.del(key);
    expect((await accept()).id).not.toBe(first.id);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId } from '@drydock/contracts';
import type { JobQuery } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

describeWith('redis', 'the list of jobs', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const accept = (count: number) => Promise.all(Array.from({ length: count }, () => fixture.accept()));
  const newestFirst = async (): Promise<string[]> =>
    (await fixture.raw.zrevrangebylex(fixture.keys.jobs, '+', '-')).map((entry) => entry.slice(16));

  /** Every page to the end, and how many there were. */
  async function readAll(query: JobQuery, between: () => Promise<unknown> = () => Promise.resolve()) {
    const jobIds: JobId[] = [];
    let cursor: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await fixture.store.list({ ...query, cursor });
      expect(page.jobs.length).toBeLessThanOrEqual(query.limit);
      jobIds.push(...page.jobs.map(({ id }) => id));
      if (page.nextCursor === null) return { jobIds, pages };
      cursor = page.nextCursor;
      await between();
    }
  }

  it('gives whole jobs, newest first', async () => {
    const older = await fixture.accept();
    await sleep(2);
    const newer = await fixture.accept(buildSpec('review'));
    const { jobs, nextCursor } = await fixture.store.list({ limit: 10 });
    expect(jobs).toEqual([await fixture.store.find(newer), await fixture.store.find(older)]);
    expect(nextCursor).toBeNull();
  });

  it('is empty where there is nothing', async () => {
    expect(await fixture.store.list({ limit: 10 })).toEqual({ jobs: [], nextCursor: null });
  });

  it('gives every job once over pages of any size, many of one millisecond among them', async () => {
    await accept(250);
    const expected = await newestFirst();
    for (const limit of [7, 50, 100]) {
      expect((await readAll({ limit })).jobIds).toEqual(expected);
    }
  });

  it('says of a page that is just full that it is the last', async () => {
    await accept(100);
    expect((await fixture.store.list({ limit: 100 })).nextCursor).toBeNull();
    expect((await readAll({ limit: 50 })).pages).toBe(2);
  });

  it('keeps its pages while jobs are added: nothing twice, nothing left out, nothing new', async () => {
    await accept(60);
    const expected = await newestFirst();
    expect((await readAll({ limit: 7 }, () => accept(9))).jobIds).toEqual(expected);
  });

  it('filters by state, kind, labels and time, and by all of them', async () => {
    const red = await fixture.accept({ ...buildSpec('fix'), labels: { team: 'red', tier: 'a:b' } });
    const blue = await fixture.accept({ ...buildSpec('review'), labels: { team: 'blue' } });
    await sleep(2);
    const taken = await fixture.accept(buildSpec('fix'));
    await fixture.claim(taken);
    const idsOf = async (filter: Partial<JobQuery>) =>
      (await fixture.store.list({ limit: 10, ...filter })).jobs.map(({ id }) => id);
    const createdAt = Date.parse((await fixture.store.find(taken))?.createdAt ?? '');
    expect(await idsOf({ states: ['starting'] })).toEqual([taken]);
    expect(await idsOf({ states: ['starting', 'queued'] })).toHaveLength(3);
    expect(await idsOf({ kind: 'review' })).toEqual([blue]);
    expect(await idsOf({ labels: { team: 'red' } })).toEqual([taken, red]);
    expect(await idsOf({ labels: { team: 'red', tier: 'a:b' } })).toEqual([red]);
    expect(await idsOf({ labels: { team: 're' } })).toEqual([]);
    expect(await idsOf({ labels: { constructor: 'red' } })).toEqual([]);
    expect(await idsOf({ createdAfter: createdAt - 1 })).toEqual([taken]);
    expect(await idsOf({ createdAfter: createdAt })).toEqual([]);
    expect((await idsOf({ createdBefore: createdAt })).toSorted()).toEqual([red, blue].toSorted());
    expect(await idsOf({ states: ['queued'], kind: 'fix', createdBefore: createdAt })).toEqual([red]);
    expect(await idsOf({ createdAfter: -1e15, createdBefore: 1e30 })).toHaveLength(3);
  });

  it('looks at a bounded number of jobs for a page and goes on behind them', async () => {
    const rare = await fixture.accept(buildSpec('review'));
    const template = await fixture.accept();
    // Behind 2,400 others, written past the script to save time.
    const copies = Array.from({ length: 2_400 }, (_, i) => `job_01K${String(i).padStart(23, '0')}` as JobId);
    const { raw, keys } = fixture;
    const hash = await raw.hgetall(keys.job(template));
    await Promise.all(copies.map((jobId) => raw.hset(keys.job(jobId), { ...hash, id: jobId })));
    const later = String(Date.now() + 1_000).padStart(15, '0');
    await raw.zadd(keys.jobs, ...copies.flatMap((jobId) => [0, `${later}-${jobId}`]));
    const first = await fixture.store.list({ limit: 10, kind: 'review' });
    expect(first).toEqual({ jobs: [], nextCursor: expect.any(String) as string });
    expect(await readAll({ limit: 10, kind: 'review' })).toEqual({ jobIds: [rare], pages: 3 });
  });

  it.each(['', 'x', '../..', 'LTE', Buffer.from('-').toString('base64url'), 'x'.repeat(9_000)])(
    'refuses %j as a cursor',
    async (cursor) => {
      await expect(fixture.store.list({ limit: 1, cursor })).rejects.toMatchObject({
        code: 'invalid_request',
        details: { errors: [{ pointer: '/cursor', detail: expect.any(String) as string }] },
      });
    },
  );
});

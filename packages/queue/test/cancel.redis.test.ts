import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId } from '@drydock/contracts';
import { NO_USAGE, newJobId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST, LEASE_MS, buildCommit, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const SHORT_MS = 30;
const HELD = [
  { states: [] },
  { states: ['planning'] },
  { states: ['planning', 'running'] },
  { states: ['planning', 'running', 'verifying'] },
] as const;
const ENDED = ['succeeded', 'failed', 'timed_out'] as const;

describeWith('redis', 'cancel', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const expectOneEnd = async (jobId: JobId, status: string) => {
    const events = await fixture.events(jobId);
    expect(events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'job.finished', data: { status } });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  };
  const scheduled = () =>
    fixture.raw.exists(fixture.keys.leases, fixture.keys.deadlines, fixture.keys.outbox);

  it('ends a queued job at once, with a result, and nobody can take it then', async () => {
    const jobId = await fixture.accept();
    expect(await fixture.store.cancel(jobId)).toBe('requested');
    expect(await fixture.store.find(jobId)).toMatchObject({
      state: 'cancelled',
      error: null,
      deadlineAt: null,
      result: { verified: false, patch_bytes: 0, usage: NO_USAGE, warnings: [] },
    });
    expect((await fixture.events(jobId)).at(-1)).toMatchObject({
      data: { status: 'cancelled', verified: false, error: null },
    });
    await expectOneEnd(jobId, 'cancelled');
    expect(await scheduled()).toBe(0);
    await expect(fixture.claim(jobId)).rejects.toThrow('not_queued');
  });

  it('says of a cancelled review that verified is null', async () => {
    const jobId = await fixture.accept(buildSpec('review'));
    await fixture.store.cancel(jobId);
    expect(await fixture.store.find(jobId)).toMatchObject({ result: { verified: null } });
  });

  it.each(HELD)('takes nothing but cancelled from the worker of a job after $states', async ({ states }) => {
    const lease = await fixture.claimed([...states]);
    const { jobId } = lease;
    expect(await fixture.store.cancel(jobId)).toBe('requested');
    expect(await fixture.store.heartbeat(lease, 10_000)).toEqual({
      state: states.at(-1) ?? 'starting',
      cancelRequested: true,
    });
    // Still its worker's: the patch so far is on its way.
    await fixture.store.putArtifact(lease, { 'log.txt': DIGEST });
    for (const to of ['failed', 'timed_out'] as const) {
      const before = await fixture.snapshot(jobId);
      expect(await fixture.store.commit(lease, buildCommit(to))).toBe('cancel_requested');
      expect(await fixture.snapshot(jobId)).toEqual(before);
    }
    expect(await fixture.store.commit(lease, buildCommit('cancelled'))).toBe('committed');
    expect(await fixture.store.find(jobId)).toMatchObject({
      state: 'cancelled',
      result: { patch_bytes: 42 },
      artifacts: { 'log.txt': DIGEST, 'patch.diff': DIGEST },
    });
    await expectOneEnd(jobId, 'cancelled');
    expect(await scheduled()).toBe(0);
  });

  it('takes no success either, however late the cancellation came', async () => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.store.cancel(lease.jobId);
    expect(await fixture.store.commit(lease, buildCommit('succeeded'))).toBe('cancel_requested');
  });

  it.each(ENDED)('changes nothing after a commit of %s', async (to) => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.store.commit(lease, buildCommit(to));
    const before = await fixture.snapshot(lease.jobId);
    expect(await fixture.store.cancel(lease.jobId)).toBe('already_finished');
    expect(await fixture.snapshot(lease.jobId)).toEqual(before);
  });

  it('can be repeated while the job lives and after it ended, and changes nothing more', async () => {
    const lease = await fixture.claimed(['planning']);
    await fixture.store.cancel(lease.jobId);
    const before = await fixture.snapshot(lease.jobId);
    expect(await fixture.store.cancel(lease.jobId)).toBe('requested');
    expect(await fixture.snapshot(lease.jobId)).toEqual(before);
    await fixture.store.commit(lease, buildCommit('cancelled'));
    expect(await fixture.store.cancel(lease.jobId)).toBe('already_cancelled');
    await expectOneEnd(lease.jobId, 'cancelled');
  });

  it('knows no job that was never accepted', async () => {
    const jobId = newJobId();
    expect(await fixture.store.cancel(jobId)).toBe('not_found');
    expect(await fixture.raw.exists(fixture.keys.job(jobId))).toBe(0);
  });

  it('and a commit at the same time leave one end, and both sides are told the same', async () => {
    const ends = new Set<string>();
    for (let round = 0; round < 40; round += 1) {
      const lease = await fixture.claimed(['planning', 'running', 'verifying']);
      const commit = () => fixture.store.commit(lease, buildCommit());
      const cancel = () => fixture.store.cancel(lease.jobId);
      const [committed, cancelled] =
        round % 2 === 0
          ? await Promise.all([commit(), cancel()])
          : await Promise.all([cancel(), commit()]).then(([a, b]) => [b, a] as const);
      ends.add(`${committed} ${cancelled}`);
      if (committed === 'cancel_requested') await fixture.store.commit(lease, buildCommit('cancelled'));
      await expectOneEnd(lease.jobId, cancelled === 'requested' ? 'cancelled' : 'succeeded');
    }
    expect([...ends].toSorted()).toEqual(['cancel_requested requested', 'committed already_finished']);
  });

  it('and a claim at the same time leave a job that ends as cancelled', async () => {
    for (let round = 0; round < 20; round += 1) {
      const jobId = await fixture.accept();
      const [claim, answer] = await Promise.allSettled([fixture.claim(jobId), fixture.store.cancel(jobId)]);
      expect(answer).toMatchObject({ value: 'requested' });
      if (claim.status === 'fulfilled') await fixture.store.commit(claim.value, buildCommit('cancelled'));
      await expectOneEnd(jobId, 'cancelled');
    }
  });

  it('of twenty at once makes one end', async () => {
    const jobId = await fixture.accept();
    const answers = await Promise.all(Array.from({ length: 20 }, () => fixture.store.cancel(jobId)));
    expect(answers.filter((answer) => answer === 'requested')).toHaveLength(1);
    await expectOneEnd(jobId, 'cancelled');
  });

  it('ends by the monitor where the worker does not end it in 10 s, and no later deadline is armed', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const { jobId } = lease;
    await fixture.store.cancel(jobId);
    await fixture.store.transition(lease, { from: 'running', to: 'verifying', deadlineInMs: 900_000 });
    expect(await fixture.queue.sweeper.expireDeadlines(10_000)).toEqual([]);
    await sleep(SHORT_MS);
    expect(await fixture.queue.sweeper.expireDeadlines(SHORT_MS)).toEqual([{ jobId, to: 'cancelled' }]);
    expect(await fixture.store.find(jobId)).toMatchObject({ state: 'cancelled', error: null });
    await expectOneEnd(jobId, 'cancelled');
    await expect(fixture.store.commit(lease, buildCommit('cancelled'))).rejects.toMatchObject({
      code: 'lease_lost',
    });
  });

  it('ends a job whose worker was lost meanwhile, instead of queueing it again', async () => {
    const lease = await fixture.claimed(['planning']);
    await fixture.store.putArtifact(lease, { 'patch.diff': DIGEST });
    await fixture.store.cancel(lease.jobId);
    await fixture.outliveLease(lease);
    expect(await fixture.queue.sweeper.expireLeases()).toEqual([{ jobId: lease.jobId, to: 'cancelled' }]);
    expect(await fixture.store.find(lease.jobId)).toMatchObject({ artifacts: { 'patch.diff': DIGEST } });
    await expectOneEnd(lease.jobId, 'cancelled');
    expect(await scheduled()).toBe(0);
  });

  it('wakes the worker of the job at once, and no other', async () => {
    const [mine, other] = [await fixture.claimed(), await fixture.claimed()];
    const woken: string[] = [];
    const { cancellations } = fixture.queue;
    const stops = [mine, other].map(({ jobId }) => cancellations.watch(jobId, () => woken.push(jobId)));
    // The subscription is there when it has woken everybody.
    await expect.poll(() => woken.length, { interval: 5, timeout: 10_000 }).toBe(2);
    await fixture.store.cancel(mine.jobId);
    // A heartbeat would tell it after a third of its lease.
    await expect.poll(() => woken.length, { interval: 2, timeout: LEASE_MS / 3 }).toBe(3);
    expect(woken.at(-1)).toBe(mine.jobId);
    for (const stop of stops) stop();
  });
});

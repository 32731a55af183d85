import type { JobId, JobKind } from '@drydock/contracts';
import { DrydockError, NO_USAGE } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

/** Long enough for a call on a busy machine. */
const SHORT_LEASE_MS = 1_000;

describeWith('redis', 'sweeps', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const lastTwo = async (jobId: JobId) => (await fixture.events(jobId)).slice(-2);
  const messages = () => fixture.raw.zrangebyscore(fixture.keys.outbox, '-inf', '+inf');
  /** As if the deadline had been armed longer ago. */
  async function moveDeadline(jobId: JobId, byMs: number): Promise<void> {
    const { raw, keys } = fixture;
    const deadline = await raw.hincrby(keys.job(jobId), 'deadlineAt', byMs);
    await raw.zadd(keys.deadlines, deadline, jobId);
  }

  it.each([[], ['planning'], ['planning', 'running'], ['planning', 'running', 'verifying']] as const)(
    'queues a job again whose lease expired after %j, with a new fence and message',
    async (...states) => {
      const lease = await fixture.claimed([...states]);
      expect(await fixture.queue.sweeper.expireLeases()).toEqual([]);
      await fixture.outliveLease(lease);
      expect(await fixture.queue.sweeper.expireLeases()).toEqual([{ jobId: lease.jobId, to: 'queued' }]);
      expect(await fixture.queue.sweeper.expireLeases()).toEqual([]);
      expect(await fixture.store.find(lease.jobId)).toMatchObject({ state: 'queued', fence: 2, attempt: 1 });
      expect((await fixture.events(lease.jobId)).at(-1)).toMatchObject({
        type: 'job.state_changed',
        data: { from: states.at(-1) ?? 'starting', to: 'queued', reason: 'lease_lost' },
      });
      expect(await messages()).toEqual([`${lease.jobId}-2`]);
      await expect(fixture.store.heartbeat(lease, 1_000)).rejects.toMatchObject({ code: 'lease_lost' });
    },
  );

  it('does not touch a lease that is renewed', async () => {
    const lease = await fixture.claimed();
    await fixture.store.heartbeat(lease, SHORT_LEASE_MS);
    expect(await fixture.store.heartbeat(lease, 60_000)).toEqual({
      state: 'starting',
      cancelRequested: false,
    });
    await sleep(SHORT_LEASE_MS);
    expect(await fixture.queue.sweeper.expireLeases()).toEqual([]);
  });

  it('fails a job with attempts_exhausted when its third lease is lost, and keeps its artifacts', async () => {
    const jobId = await fixture.accept();
    for (const to of ['queued', 'queued', 'failed']) {
      const lease = await fixture.claim(jobId);
      await fixture.store.putArtifact(lease, { 'patch.diff': DIGEST });
      await fixture.outliveLease(lease);
      expect(await fixture.queue.sweeper.expireLeases()).toEqual([{ jobId, to }]);
    }
    const error = new DrydockError('attempts_exhausted').toBody();
    expect(await fixture.store.find(jobId)).toMatchObject({
      state: 'failed',
      attempt: 3,
      error,
      artifacts: { 'patch.diff': DIGEST },
      deadlineAt: null,
    });
    expect(await lastTwo(jobId)).toMatchObject([
      { attempt: 3, data: { from: 'starting', to: 'failed', reason: 'attempts_exhausted' } },
      { type: 'job.finished', data: { status: 'failed', verified: false, error } },
    ]);
    expect(await messages()).toEqual([]);
    expect(await fixture.queue.sweeper.expireLeases()).toEqual([]);
  });

  it('gives no new attempt to a job whose deadline passed before its lease was missed', async () => {
    const { jobId } = await fixture.claimed(['planning']);
    await moveDeadline(jobId, -905_000);
    await fixture.outliveLease({ jobId });
    expect(await fixture.queue.sweeper.expireLeases()).toEqual([{ jobId, to: 'timed_out' }]);
    const error = new DrydockError('deadline_exceeded').toBody();
    expect(await fixture.store.find(jobId)).toMatchObject({ state: 'timed_out', attempt: 1, error });
    expect(await messages()).toEqual([]);
  });

  it('gives a job that nobody lived to end the result and the checkpoint that its last attempt recorded', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const usage = { ...NO_USAGE, input_tokens: 7 };
    const told = { verified: false, summary: null, plan: null, checks: null, warnings: [] };
    const result = { ...told, patch_bytes: 42, usage };
    await fixture.store.putArtifact(lease, { 'patch.diff': DIGEST }, { result, checkpoint: DIGEST });
    await moveDeadline(lease.jobId, -905_000);
    await fixture.queue.sweeper.expireDeadlines(0);
    expect(await fixture.store.find(lease.jobId)).toMatchObject({
      state: 'timed_out',
      result,
      checkpoint: DIGEST,
      artifacts: { 'patch.diff': DIGEST },
    });
  });

  it('ends a job as timed_out when its deadline and the grace have passed, and its worker learns it', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const { jobId } = lease;
    await moveDeadline(jobId, -905_000);
    expect(await fixture.queue.sweeper.expireDeadlines(60_000)).toEqual([]);
    expect(await fixture.queue.sweeper.expireDeadlines(1_000)).toEqual([{ jobId, to: 'timed_out' }]);
    const error = new DrydockError('deadline_exceeded').toBody();
    expect(await fixture.store.find(jobId)).toMatchObject({ state: 'timed_out', error, deadlineAt: null });
    expect(await lastTwo(jobId)).toMatchObject([
      { type: 'job.state_changed', data: { from: 'running', to: 'timed_out', reason: 'deadline_exceeded' } },
      { type: 'job.finished', data: { status: 'timed_out', verified: false, error } },
    ]);
    expect(await fixture.store.heartbeat(lease, 1_000)).toMatchObject({ state: 'timed_out' });
    await expect(fixture.store.putArtifact(lease, {})).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await fixture.queue.sweeper.expireDeadlines(0)).toEqual([]);
  });

  it('ends a job that nobody took for a day, and nobody can take it then', async () => {
    const jobId = await fixture.accept();
    await moveDeadline(jobId, -24 * 60 * 60 * 1_000 - 1);
    expect(await fixture.queue.sweeper.expireDeadlines(0)).toEqual([{ jobId, to: 'timed_out' }]);
    expect(await messages()).toEqual([]);
    await expect(fixture.claim(jobId)).rejects.toThrow('not_queued');
  });

  it.each([
    ['fix', false],
    ['implement', false],
    ['test', false],
    ['review', null],
    ['explain', null],
  ] as const)('says of a %s job that it ended that verified is %s', async (kind: JobKind, verified) => {
    const jobId = await fixture.accept(buildSpec(kind));
    await moveDeadline(jobId, -24 * 60 * 60 * 1_000 - 1);
    await fixture.queue.sweeper.expireDeadlines(0);
    expect((await fixture.store.find(jobId))?.result).toEqual({
      verified,
      summary: null,
      plan: null,
      checks: null,
      patch_bytes: 0,
      usage: NO_USAGE,
      warnings: [],
    });
    expect((await lastTwo(jobId)).at(-1)).toMatchObject({ data: { verified } });
  });

  it('takes at most 100 jobs in one pass and the rest in the next', async () => {
    const leases = await Promise.all(Array.from({ length: 130 }, () => fixture.claimed()));
    await Promise.all(leases.map((lease) => fixture.outliveLease(lease)));
    expect(await fixture.queue.sweeper.expireLeases()).toHaveLength(100);
    expect(await fixture.queue.sweeper.expireLeases()).toHaveLength(leases.length - 100);
  });

  it('expires each lease once when two monitors sweep at the same time', async () => {
    const leases = await Promise.all(Array.from({ length: 20 }, () => fixture.claimed()));
    await Promise.all(leases.map((lease) => fixture.outliveLease(lease)));
    const { sweeper } = fixture.queue;
    const swept = await Promise.all([sweeper.expireLeases(), sweeper.expireLeases()]);
    expect(swept.flat()).toHaveLength(leases.length);
  });
});

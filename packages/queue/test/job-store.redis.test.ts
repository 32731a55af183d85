import { JOB_STATES } from '@drydock/contracts';
import { newJobId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST, LEASE_MS, buildCommit, buildSpec, newWorkerId } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

describeWith('redis', 'job store', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  it('gives an accepted job back as it was accepted', async () => {
    const jobId = newJobId();
    const spec = buildSpec();
    const accepted = await fixture.store.accept(jobId, spec);
    expect(accepted).toEqual({
      id: jobId,
      state: 'queued',
      spec,
      fence: 0,
      attempt: 0,
      createdAt: expect.any(String) as string,
      startedAt: null,
      finishedAt: null,
      deadlineAt: expect.any(String) as string,
      result: null,
      error: null,
      artifacts: {},
    });
    expect(await fixture.store.find(jobId)).toEqual(accepted);
    expect(await fixture.events(jobId)).toEqual([
      {
        seq: 1,
        at: accepted.createdAt,
        attempt: 0,
        type: 'job.state_changed',
        data: { from: null, to: 'queued' },
      },
    ]);
    expect(await fixture.raw.zrangebyscore(fixture.keys.outbox, '-inf', '+inf')).toEqual([`${jobId}-0`]);
  });

  it('refuses to accept one id twice and keeps the first job', async () => {
    const jobId = await fixture.accept(buildSpec('fix'));
    await expect(fixture.store.accept(jobId, buildSpec('review'))).rejects.toMatchObject({
      code: 'internal_error',
    });
    expect(await fixture.store.find(jobId)).toMatchObject({ spec: { kind: 'fix' } });
  });

  it('finds nothing where there is nothing', async () => {
    expect(await fixture.store.find(newJobId())).toBeUndefined();
    expect(await fixture.events(newJobId())).toEqual([]);
  });

  it('gives a queued job the next fence, the next attempt and the deadline of its limits', async () => {
    const jobId = await fixture.accept(buildSpec('fix', 7));
    const claim = await fixture.store.claim({ jobId, fence: 0, workerId: newWorkerId(), leaseMs: LEASE_MS });
    if (claim.kind === 'refused') throw new Error(claim.reason);
    const { job, lease } = claim;
    expect(lease.fence).toBe(1);
    expect(job).toMatchObject({ state: 'starting', fence: 1, attempt: 1 });
    expect(Date.parse(job.deadlineAt ?? '') - Date.parse(job.startedAt ?? '')).toBe(7_000);
    expect(await fixture.store.find(jobId)).toEqual(job);
    expect((await fixture.events(jobId)).at(-1)).toMatchObject({
      seq: 2,
      attempt: 1,
      type: 'job.state_changed',
      data: { from: 'queued', to: 'starting' },
    });
    expect(await fixture.raw.zcard(fixture.keys.outbox)).toBe(0);
  });

  it('refuses a claim of an unknown job, of a taken one and by an old message', async () => {
    const claimOf = (jobId: ReturnType<typeof newJobId>, fence: number) =>
      fixture.store.claim({ jobId, fence, workerId: newWorkerId(), leaseMs: LEASE_MS });
    const jobId = await fixture.accept();
    expect(await claimOf(newJobId(), 0)).toEqual({ kind: 'refused', reason: 'not_found' });
    expect(await claimOf(jobId, 1)).toEqual({ kind: 'refused', reason: 'stale_message' });
    await fixture.claim(jobId);
    expect(await claimOf(jobId, 0)).toEqual({ kind: 'refused', reason: 'not_queued' });
    expect(await claimOf(jobId, 1)).toEqual({ kind: 'refused', reason: 'not_queued' });
  });

  it('lets one of twenty concurrent claims win', async () => {
    const jobId = await fixture.accept();
    const claims = await Promise.all(
      Array.from({ length: 20 }, () =>
        fixture.store.claim({ jobId, fence: 0, workerId: newWorkerId(), leaseMs: LEASE_MS }),
      ),
    );
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(await fixture.store.find(jobId)).toMatchObject({ fence: 1, attempt: 1 });
  });

  it('numbers 200 concurrent appends without a gap, each batch in its order', async () => {
    const lease = await fixture.claimed();
    const batch = (i: number) =>
      ['first', 'second'].map((text) => ({
        type: 'message.added' as const,
        data: { role: 'assistant' as const, text: `${i} ${text}` },
      }));
    await Promise.all(Array.from({ length: 200 }, (_, i) => fixture.store.appendEvents(lease, batch(i))));
    const events = await fixture.events(lease.jobId);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 402 }, (_, i) => i + 1));
    const texts = events.flatMap((event) => (event.type === 'message.added' ? [event.data.text] : []));
    const firsts = texts.filter((text) => text.endsWith('first'));
    expect(texts).toEqual(firsts.flatMap((text) => [text, text.replace('first', 'second')]));
  });

  it('reads events in pages, after the last one that was seen', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const seqs = async (after: number, limit: number) =>
      (await fixture.store.readEvents(lease.jobId, after, limit)).map(({ seq }) => seq);
    expect(await seqs(0, 3)).toEqual([1, 2, 3]);
    expect(await seqs(3, 3)).toEqual([4]);
    expect(await seqs(4, 3)).toEqual([]);
  });

  it('keeps for itself the events that tell of a change', async () => {
    const lease = await fixture.claimed();
    const forged = fixture.store.appendEvents(lease, [
      { type: 'job.finished', data: { status: 'succeeded', verified: true, error: null } },
    ]);
    await expect(forged).rejects.toMatchObject({ code: 'internal_error' });
    expect(await fixture.events(lease.jobId)).toHaveLength(2);
  });

  it('arms the deadline that a transition brings and keeps it where none comes', async () => {
    const lease = await fixture.claimed();
    const deadline = async () => Date.parse((await fixture.store.find(lease.jobId))?.deadlineAt ?? '');
    const before = await deadline();
    await fixture.store.transition(lease, { from: 'starting', to: 'planning' });
    expect(await deadline()).toBe(before);
    const armedAfter = Date.now();
    await fixture.store.transition(lease, { from: 'planning', to: 'running', deadlineInMs: 5_000 });
    expect((await deadline()) - 5_000).toBeGreaterThanOrEqual(armedAfter);
    expect((await deadline()) - 5_000).toBeLessThanOrEqual(Date.now());
  });

  it('commits state, result, artifacts and job.finished at once, and nothing is scheduled any more', async () => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.store.putArtifact(lease, { 'log.txt': DIGEST });
    await fixture.store.commit(lease, buildCommit());
    const job = await fixture.store.find(lease.jobId);
    expect(job).toMatchObject({
      state: 'succeeded',
      deadlineAt: null,
      error: null,
      result: buildCommit().result,
      artifacts: { 'log.txt': DIGEST, 'patch.diff': DIGEST },
    });
    expect(job?.finishedAt).not.toBeNull();
    expect((await fixture.events(lease.jobId)).slice(-2)).toMatchObject([
      { type: 'job.state_changed', data: { from: 'verifying', to: 'succeeded' } },
      { type: 'job.finished', data: { status: 'succeeded', verified: true, error: null } },
    ]);
    expect(await fixture.raw.exists(fixture.keys.leases, fixture.keys.deadlines, fixture.keys.outbox)).toBe(
      0,
    );
  });

  it('counts jobs by state', async () => {
    await fixture.accept();
    await fixture.claimed();
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.store.commit(lease, buildCommit());
    const none = Object.fromEntries(JOB_STATES.map((state) => [state, 0]));
    expect(await fixture.queue.sweeper.countStates()).toEqual({
      ...none,
      queued: 1,
      starting: 1,
      succeeded: 1,
    });
  });

  it('remembers which sandbox works for which attempt until it is told otherwise', async () => {
    const { registry } = fixture.queue;
    const record = {
      sandboxId: 'sbx_0123456789abcdef' as never,
      jobId: newJobId(),
      fence: 1,
      role: 'agent' as const,
      deadlineAt: 1_700_000_000_000,
    };
    await registry.put(record);
    await registry.put({ ...record, deadlineAt: 1_700_000_000_001 });
    expect(await registry.list()).toEqual([{ ...record, deadlineAt: 1_700_000_000_001 }]);
    await registry.remove(record.sandboxId);
    await registry.remove(record.sandboxId);
    expect(await registry.list()).toEqual([]);
  });
});

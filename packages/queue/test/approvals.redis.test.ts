import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId } from '@drydock/contracts';
import type { ApprovalStore, Lease } from '@drydock/core';
import { newApprovalId } from '@drydock/core';
import { buildApprovalRequest, describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { buildCommit } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const REQUEST = buildApprovalRequest();
const TTL_MS = 60_000;
/** Long enough for a call on a busy machine. */
const SHORT_MS = 1_000;
const APPROVE = { decision: 'approve', remember: false } as const;
const DENY = { decision: 'deny', remember: false } as const;

describeWith('redis', 'approvals', () => {
  let fixture: QueueFixture;
  let approvals: ApprovalStore;
  useQueue((own) => {
    fixture = own;
    approvals = own.queue.approvals;
  });

  const ask = (lease: Lease, ttlMs = TTL_MS) =>
    approvals.ask(lease, { id: newApprovalId(), request: REQUEST, ttlMs });
  const stateOf = async (jobId: JobId) => (await fixture.store.find(jobId))?.state;
  const typesOf = async (jobId: JobId) => (await fixture.events(jobId)).map(({ type }) => type);

  it('asks with the state that waits, the event and the deadline of the question, all at once', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const approval = await ask(lease);
    const { jobId, fence } = lease;
    expect(approval).toMatchObject({ job_id: jobId, status: 'pending', fence, request: REQUEST, uses: 0 });
    expect(Date.parse(approval.expires_at) - Date.parse(approval.created_at)).toBe(TTL_MS);
    const job = await fixture.store.find(jobId);
    expect(job?.state).toBe('awaiting_approval');
    expect(Date.parse(job?.deadlineAt ?? '')).toBeGreaterThan(Date.parse(approval.expires_at));
    expect((await typesOf(jobId)).slice(-2)).toEqual(['job.state_changed', 'approval.requested']);
    expect(await approvals.listPending(10)).toEqual([approval]);
  });

  it.each(['starting', 'verifying'] as const)('cannot be asked by a job that is %s', async (state) => {
    const lease = await fixture.claimed(state === 'starting' ? [] : ['planning', 'running', 'verifying']);
    const before = await fixture.snapshot(lease.jobId);
    await expect(ask(lease)).rejects.toMatchObject({ code: 'internal_error' });
    expect(await fixture.snapshot(lease.jobId)).toEqual(before);
  });

  it('is asked by the holder of the lease only', async () => {
    const lease = await fixture.claimed(['planning']);
    await expect(ask({ ...lease, fence: lease.fence - 1 })).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await approvals.listPending(10)).toEqual([]);
  });

  it('is decided once: a repeat gets the same answer, another decision gets none', async () => {
    const { jobId, id } = await ask(await fixture.claimed(['planning'])).then(toIds);
    const first = await approvals.decide(jobId, id, APPROVE);
    expect(first).toMatchObject({ kind: 'decided', approval: { status: 'approved' } });
    const before = await fixture.snapshot(jobId);
    expect(await approvals.decide(jobId, id, APPROVE)).toEqual(first);
    expect(await approvals.decide(jobId, id, DENY)).toMatchObject({
      kind: 'over',
      approval: { status: 'approved' },
    });
    expect(await fixture.snapshot(jobId)).toEqual(before);
    expect(await approvals.listPending(10)).toEqual([]);
  });

  it('is decided once, whoever of fifty is first', async () => {
    const { jobId, id } = await ask(await fixture.claimed(['planning'])).then(toIds);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => approvals.decide(jobId, id, i % 2 === 0 ? APPROVE : DENY)),
    );
    const statuses = new Set(answers.map((answer) => 'approval' in answer && answer.approval.status));
    expect(statuses.size).toBe(1);
    const decided = (await fixture.events(jobId)).filter(({ type }) => type === 'approval.decided');
    expect(decided).toHaveLength(1);
  });

  it('wakes the worker that waits, which takes its job back to the state that asked', async () => {
    const lease = await fixture.claimed(['planning']);
    const { jobId, id } = toIds(await ask(lease));
    const woken = Promise.withResolvers<void>();
    const unwatch = fixture.queue.cancellations.watch(jobId, () => woken.resolve());
    await approvals.decide(jobId, id, APPROVE);
    await woken.promise;
    unwatch();
    await fixture.store.transition(lease, { from: 'awaiting_approval', to: 'planning', deadlineInMs: 5_000 });
    expect(await stateOf(jobId)).toBe('planning');
    expect(await approvals.find(jobId, id)).toMatchObject({ status: 'approved' });
  });

  it('is good for one use, unless it is to be remembered', async () => {
    const lease = await fixture.claimed(['planning']);
    const { jobId, id } = toIds(await ask(lease));
    expect(await approvals.use(lease, id)).toBe(false);
    await approvals.decide(jobId, id, APPROVE);
    expect([await approvals.use(lease, id), await approvals.use(lease, id)]).toEqual([true, false]);
    await fixture.store.transition(lease, { from: 'awaiting_approval', to: 'planning' });
    const second = toIds(await ask(lease));
    await approvals.decide(jobId, second.id, { decision: 'approve', remember: true });
    expect([await approvals.use(lease, second.id), await approvals.use(lease, second.id)]).toEqual([
      true,
      true,
    ]);
    expect(await approvals.find(jobId, second.id)).toMatchObject({ uses: 2, remember: true });
  });

  it('is of no use to an attempt that has lost its lease', async () => {
    const lease = await fixture.claimed(['planning']);
    const { jobId, id } = toIds(await ask(lease));
    await approvals.decide(jobId, id, APPROVE);
    await expect(approvals.use({ ...lease, fence: lease.fence - 1 }, id)).rejects.toMatchObject({
      code: 'lease_lost',
    });
  });

  it('is void when its job goes on without it, is cancelled, or loses its worker', async () => {
    const resumed = await fixture.claimed(['planning']);
    const first = toIds(await ask(resumed));
    await fixture.store.transition(resumed, { from: 'awaiting_approval', to: 'planning' });
    const cancelled = await fixture.claimed(['planning']);
    const second = toIds(await ask(cancelled));
    await fixture.store.cancel(cancelled.jobId);
    await fixture.store.commit(cancelled, buildCommit('cancelled'));
    const lost = await fixture.claimed(['planning']);
    const third = toIds(await ask(lost));
    await fixture.outliveLease(lost);
    await fixture.queue.sweeper.expireLeases();
    expect(await stateOf(third.jobId)).toBe('queued');
    for (const { jobId, id } of [first, second, third]) {
      expect(await approvals.decide(jobId, id, APPROVE)).toMatchObject({
        kind: 'over',
        approval: { status: 'void' },
      });
    }
    expect(await approvals.listPending(10)).toEqual([]);
  });

  it('is denied by the clock: too late is too late, and the monitor says so', async () => {
    const { jobId, id } = await ask(await fixture.claimed(['planning']), SHORT_MS).then(toIds);
    expect(await approvals.expire()).toBe(0);
    await sleep(SHORT_MS);
    expect(await approvals.decide(jobId, id, APPROVE)).toMatchObject({ kind: 'over' });
    expect([await approvals.expire(), await approvals.expire()]).toEqual([1, 0]);
    expect(await approvals.find(jobId, id)).toMatchObject({ status: 'expired' });
    expect(await stateOf(jobId)).toBe('awaiting_approval');
  });

  it('keeps a job that was given up, and puts it back into the queue when it is decided', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const { jobId, id } = toIds(await ask(lease));
    expect(await approvals.release(lease)).toBe('released');
    await expect(fixture.store.heartbeat(lease, 1_000)).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await fixture.queue.sweeper.expireLeases()).toEqual([]);
    expect(await stateOf(jobId)).toBe('awaiting_approval');
    await approvals.decide(jobId, id, APPROVE);
    expect(await stateOf(jobId)).toBe('queued');
    const next = await fixture.claim(jobId);
    expect(next.fence).toBeGreaterThan(lease.fence);
    expect(await approvals.use(next, id)).toBe(true);
  });

  it('can be given up as often as it asks: waiting for a person is no lost attempt', async () => {
    const jobId = await fixture.accept();
    for (let times = 0; times < 5; times += 1) {
      const lease = await fixture.claim(jobId);
      await fixture.store.transition(lease, { from: 'starting', to: 'planning' });
      const { id } = toIds(await ask(lease));
      await approvals.release(lease);
      await approvals.decide(jobId, id, DENY);
    }
    await fixture.outliveLease(await fixture.claim(jobId));
    expect(await fixture.queue.sweeper.expireLeases()).toEqual([{ jobId, to: 'queued' }]);
  });

  it('is not given up when somebody has just decided', async () => {
    const lease = await fixture.claimed(['planning']);
    const { jobId, id } = toIds(await ask(lease));
    await approvals.decide(jobId, id, DENY);
    expect(await approvals.release(lease)).toBe('decided');
    await fixture.store.heartbeat(lease, 10_000);
  });

  it('ends a job that was given up and then cancelled', async () => {
    const lease = await fixture.claimed(['planning']);
    const { jobId, id } = toIds(await ask(lease));
    await approvals.release(lease);
    expect(await fixture.store.cancel(jobId)).toBe('requested');
    expect(await stateOf(jobId)).toBe('cancelled');
    expect(await approvals.find(jobId, id)).toMatchObject({ status: 'void' });
  });

  it('is asked a hundred times at most', async () => {
    const lease = await fixture.claimed(['planning']);
    for (let times = 0; times < 100; times += 1) {
      await ask(lease);
      await fixture.store.transition(lease, { from: 'awaiting_approval', to: 'planning' });
    }
    await expect(ask(lease)).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(await stateOf(lease.jobId)).toBe('planning');
  });
});

const toIds = ({ job_id: jobId, id }: Awaited<ReturnType<ApprovalStore['ask']>>) => ({ jobId, id });

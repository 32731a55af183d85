import type { JobId, JobState } from '@drydock/contracts';
import { JOB_STATES } from '@drydock/contracts';
import type { JobStore, Lease } from '@drydock/core';
import { canTransition, isTerminal } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST, buildCommit, newWorkerId } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

/** Every way to change a job that a lease gives. */
const WRITES: Record<string, (store: JobStore, lease: Lease) => Promise<unknown>> = {
  heartbeat: (store, lease) => store.heartbeat(lease, 1_000),
  transition: (store, lease) => store.transition(lease, { from: 'planning', to: 'running' }),
  appendEvents: (store, lease) =>
    store.appendEvents(lease, [{ type: 'message.added', data: { role: 'assistant', text: 'hello' } }]),
  putArtifact: (store, lease) => store.putArtifact(lease, { 'log.txt': DIGEST }),
  commit: (store, lease) => store.commit(lease, buildCommit('failed')),
};

describeWith('redis', 'the one door', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  /** A job that is, by force, in any state and still leased: only the table can refuse what is asked next. */
  async function forcedInto(state: JobState): Promise<Lease> {
    const lease = await fixture.claimed();
    await fixture.raw.hset(fixture.keys.job(lease.jobId), 'state', state);
    return lease;
  }

  /** Through the script that the target belongs to. */
  function move(lease: Lease, from: JobState, to: JobState): Promise<unknown> {
    return isTerminal(to)
      ? fixture.store.commit(lease, buildCommit(to))
      : fixture.store.transition(lease, { from, to });
  }

  const pairs = JOB_STATES.flatMap((from) => JOB_STATES.map((to) => ({ from, to })));
  /** starting is reached by a claim, queued by a lost lease: no holder of a lease may ask for them. */
  const isForWorkers = ({ from, to }: { from: JobState; to: JobState }) =>
    canTransition(from, to) && to !== 'starting' && to !== 'queued';

  it.each(pairs.filter(isForWorkers))(
    'lets $from become $to, with one event that says so',
    async ({ from, to }) => {
      const lease = await forcedInto(from);
      await move(lease, from, to);
      expect(await fixture.store.find(lease.jobId)).toMatchObject({ state: to });
      const events = await fixture.events(lease.jobId);
      expect(events.at(2)).toMatchObject({ type: 'job.state_changed', data: { from, to } });
      expect(events).toHaveLength(isTerminal(to) ? 4 : 3);
    },
  );

  it.each(pairs.filter((pair) => !isForWorkers(pair)))(
    'refuses that $from becomes $to, without a change or an event',
    async ({ from, to }) => {
      const lease = await forcedInto(from);
      const before = await fixture.snapshot(lease.jobId);
      await expect(move(lease, from, to)).rejects.toMatchObject({ code: 'internal_error' });
      expect(await fixture.snapshot(lease.jobId)).toEqual(before);
    },
  );

  it('refuses a transition from a state that the job is not in', async () => {
    const lease = await fixture.claimed(['planning']);
    const late = fixture.store.transition(lease, { from: 'starting', to: 'planning' });
    await expect(late).rejects.toMatchObject({ code: 'internal_error', details: { word: 'wrong_state' } });
  });

  /** Ways to hold no lease on a job that is `planning`. */
  const STALE: Record<string, (lease: Lease, jobId: JobId) => Promise<Lease>> = {
    'an older fence': (lease) => Promise.resolve({ ...lease, fence: lease.fence - 1 }),
    'a fence that was never given': (lease) => Promise.resolve({ ...lease, fence: lease.fence + 1 }),
    'the name of another worker': (lease) => Promise.resolve({ ...lease, workerId: newWorkerId() }),
    'an expired lease that no sweep has seen': async (lease, jobId) => {
      await fixture.raw.hset(fixture.keys.job(jobId), 'leaseUntil', Date.now() - 1);
      return lease;
    },
    'a job that was never accepted': (lease) =>
      Promise.resolve({ ...lease, jobId: 'job_00000000000000000000000000' as JobId }),
  };

  it.each(Object.keys(STALE).flatMap((who) => Object.keys(WRITES).map((write) => ({ who, write }))))(
    'refuses $write with $who',
    async ({ who, write }) => {
      const lease = await fixture.claimed(['planning']);
      const stale = await STALE[who]?.(lease, lease.jobId);
      const before = await fixture.snapshot(lease.jobId);
      const refused = WRITES[write]?.(fixture.store, stale ?? lease);
      await expect(refused).rejects.toMatchObject({ code: 'lease_lost' });
      expect(await fixture.snapshot(lease.jobId)).toEqual(before);
    },
  );

  it('ends a job once: of many commits one is applied, and nothing is written after it', async () => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    const commits = await Promise.allSettled(
      (['succeeded', 'failed', 'cancelled', 'timed_out'] as const).map((to) =>
        fixture.store.commit(lease, buildCommit(to)),
      ),
    );
    expect(commits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const before = await fixture.snapshot(lease.jobId);
    for (const [name, write] of Object.entries(WRITES)) {
      if (name === 'heartbeat') continue;
      await expect(write(fixture.store, lease), name).rejects.toMatchObject({ code: 'lease_lost' });
    }
    expect(await fixture.store.heartbeat(lease, 1_000)).toMatchObject({ state: 'succeeded' });
    await fixture.queue.sweeper.expireLeases();
    await fixture.queue.sweeper.expireDeadlines(0);
    expect(await fixture.snapshot(lease.jobId)).toEqual(before);
    const events = await fixture.events(lease.jobId);
    expect(events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('job.finished');
  });
});

import { ApprovalId } from '@drydock/contracts';
import type { WebhookOutbox } from '@drydock/core';
import { newApprovalId } from '@drydock/core';
import { type ThrowawayRedis, buildApprovalRequest, describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { QueueFixture, buildCommit, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const URL = 'https://hooks.example/x?y="z"';
const REQUEST = buildApprovalRequest({ cmd: 'curl "https://example.test" \\ # Ü' });

describeWith('redis', 'the outbox of webhooks', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  let webhooks: WebhookOutbox;
  useQueue((own, server) => {
    [fixture, redis] = [own, server];
    ({ webhooks } = fixture.queue);
  });

  const claim = async () => fixture.claim(await fixture.accept({ ...buildSpec(), callback_url: URL }));
  const begin = async (from: 'starting' | 'planning', to: 'planning' | 'running', lease: Lease) =>
    fixture.store.transition(lease, { from, to });
  type Lease = Awaited<ReturnType<typeof claim>>;
  const asking = async (id = newApprovalId(), request = REQUEST) => {
    const lease = await claim();
    await begin('starting', 'planning', lease);
    await begin('planning', 'running', lease);
    await fixture.queue.approvals.ask(lease, { id, request, ttlMs: 60_000 });
    return { lease, id };
  };
  /** The events that webhooks are made of, as `<job>-<seq>`. */
  const told = async (jobId: Lease['jobId']) =>
    (await fixture.events(jobId))
      .filter(({ type }) => ['approval.requested', 'approval.decided', 'job.finished'].includes(type))
      .map(({ type, seq }) => ({ id: `${jobId}-${seq}`, type }));
  const waiting = async () =>
    (await webhooks.findDue(100)).map(({ id, message }) => ({ id, type: message?.body.type }));

  it('has one for every event that is told, written with it, and none for a job without a callback', async () => {
    const other = await fixture.claimed();
    await fixture.store.commit(other, buildCommit('failed'));
    const { lease, id } = await asking();
    await fixture.queue.approvals.decide(lease.jobId, id, { decision: 'approve', remember: false });
    await fixture.store.cancel(lease.jobId);
    await fixture.store.commit(lease, buildCommit('cancelled'));
    const events = await told(lease.jobId);
    expect(events.map(({ type }) => type)).toEqual([
      'approval.requested',
      'approval.decided',
      'job.finished',
    ]);
    expect(await waiting()).toEqual(events);
  });

  it('tells of the end in few words', async () => {
    const lease = await claim();
    await fixture.store.commit(lease, buildCommit('failed'));
    const [webhook, ...rest] = await webhooks.findDue(100);
    const self = `/v1/jobs/${lease.jobId}`;
    expect([webhook, rest]).toEqual([
      {
        id: `${lease.jobId}-4`,
        tries: 0,
        message: {
          url: URL,
          body: {
            type: 'job.finished',
            timestamp: (await fixture.store.find(lease.jobId))?.finishedAt,
            data: {
              job_id: lease.jobId,
              status: 'failed',
              verified: false,
              links: { self, events: `${self}/events` },
            },
          },
        },
      },
      [],
    ]);
  });

  it('cuts a long command, and says where all of it is', async () => {
    const { lease } = await asking(newApprovalId(), { ...REQUEST, cmd: 'x'.repeat(60_000) });
    const [webhook] = await webhooks.findDue(100);
    expect(webhook?.message?.body.data).toMatchObject({
      cmd_truncated: true,
      approval: { request: { ...REQUEST, cmd: 'x'.repeat(2_048) } },
      links: { approvals: `/v1/jobs/${lease.jobId}/approvals` },
    });
  });

  it('drops the oldest of a job that fills it, on record, and counts what waits', async () => {
    const lease = await claim();
    await begin('starting', 'planning', lease);
    await begin('planning', 'running', lease);
    const request = { ...REQUEST, cmd: 'x'.repeat(60_000) };
    for (let question = 0; question < 10; question += 1) {
      const id = newApprovalId();
      await fixture.queue.approvals.ask(lease, { id, request, ttlMs: 60_000 });
      await fixture.queue.approvals.decide(lease.jobId, id, { decision: 'deny', remember: false });
      await fixture.store.transition(lease, { from: 'awaiting_approval', to: 'running' });
    }
    const kept = (await told(lease.jobId)).slice(3);
    expect(await waiting()).toEqual(kept);
    const counted = await webhooks.count();
    expect(counted).toEqual({
      waiting: 17,
      bytes: expect.any(Number),
      dropped: 3,
      oldestMs: expect.any(Number),
    });
    expect(counted.bytes).toBeLessThanOrEqual(1 << 20);
    await fixture.queue.audit.readHead();
    const entries = await fixture.queue.audit.read(0, 1_000);
    expect(
      entries.flatMap(({ action, subject, data }) =>
        action === 'webhook.dropped' ? [{ subject, data }] : [],
      ),
    ).toEqual(
      (await told(lease.jobId))
        .slice(0, 3)
        .map(({ id }) => ({ subject: { job_id: lease.jobId }, data: { webhook: id, room: 'job' } })),
    );
    for (const { id } of kept) await webhooks.settle(id);
    expect(await webhooks.count()).toEqual({ waiting: 0, bytes: 0, dropped: 3, oldestMs: 0 });
  });

  it('tells of an approval as it is served, and as it was then', async () => {
    const { lease, id } = await asking();
    const asked = await fixture.queue.approvals.find(lease.jobId, id);
    await fixture.queue.approvals.decide(lease.jobId, id, {
      decision: 'deny',
      remember: false,
      reason: 'No "x".',
    });
    const denied = await fixture.queue.approvals.find(lease.jobId, ApprovalId.parse(id));
    const found = await webhooks.findDue(100);
    expect(found.map(({ message }) => message?.body.data.approval)).toEqual([asked, denied]);
    expect(found.map(({ message }) => message?.body.data.links.decide)).toEqual([
      `/v1/jobs/${lease.jobId}/approvals/${id}`,
      `/v1/jobs/${lease.jobId}/approvals/${id}`,
    ]);
  });

  it('has nothing of a change that was refused', async () => {
    const lease = await claim();
    const stale = { ...lease, fence: lease.fence + 1 };
    await expect(fixture.store.commit(stale, buildCommit('failed'))).rejects.toMatchObject({
      code: 'lease_lost',
    });
    expect(await webhooks.findDue(100)).toEqual([]);
  });

  it('keeps what waits beyond a lost connection, another process and the job itself', async () => {
    const lease = await claim();
    await fixture.store.commit(lease, buildCommit('failed'));
    const before = await webhooks.findDue(100);
    expect(await fixture.queue.archive.remove(lease.jobId)).toBe(true);
    await using again = new QueueFixture(redis.url, { prefix: fixture.prefix });
    expect(await again.queue.webhooks.findDue(100)).toEqual(before);
  });

  it('sends again later with its tries, and forgets what is settled, also where it is postponed after', async () => {
    const lease = await claim();
    await fixture.store.commit(lease, buildCommit('failed'));
    const [webhook] = await webhooks.findDue(1);
    const id = webhook?.id ?? '';
    await webhooks.postpone(id, { tries: 2, delayMs: 60_000 });
    expect(await webhooks.findDue(1)).toEqual([]);
    await webhooks.postpone(id, { tries: 3, delayMs: 0 });
    expect(await webhooks.findDue(1)).toEqual([{ ...webhook, tries: 3 }]);
    await webhooks.settle(id);
    await webhooks.postpone(id, { tries: 4, delayMs: 0 });
    await webhooks.defer([id]);
    expect(await webhooks.findDue(1)).toEqual([]);
    expect(await fixture.raw.exists(fixture.keys.webhooks, fixture.keys.webhooksDue)).toBe(0);
  });

  it.each(['{"at":1}', '{'])('does not let %s hold up what came behind it', async (text) => {
    await fixture.raw.hset(fixture.keys.webhooks, 'odd', text);
    await fixture.raw.zadd(fixture.keys.webhooksDue, 1, 'odd');
    await fixture.store.commit(await claim(), buildCommit('failed'));
    const found = await webhooks.findDue(100);
    expect(found.map(({ message }) => message?.body.type ?? null)).toEqual([null, 'job.finished']);
  });

  it('lets others go first', async () => {
    for (const _ of [1, 2]) await fixture.store.commit(await claim(), buildCommit('failed'));
    const [first, second] = (await waiting()).map(({ id }) => id);
    await fixture.raw.zadd(fixture.keys.webhooksDue, 1, first ?? '', 2, second ?? '');
    await webhooks.defer([first ?? '']);
    expect((await waiting()).map(({ id }) => id)).toEqual([second, first]);
  });
});

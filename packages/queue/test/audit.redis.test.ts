import { createHash } from 'node:crypto';
import type { AuditEntry } from '@drydock/contracts';
import { AUDIT_GENESIS, auditText } from '@drydock/contracts';
import type { AuditDraft, AuditLog } from '@drydock/core';
import { newApprovalId } from '@drydock/core';
import type { OpenQueue } from '@drydock/queue';
import { openQueue } from '@drydock/queue';
import { type ThrowawayRedis, buildApprovalRequest, describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { buildCommit, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const CALLER = { type: 'caller', id: 'key_1' } as const;
const MONITOR = { type: 'monitor', id: 'sweep' } as const;
const draft = (hosts: string): AuditDraft => ({
  action: 'egress.denied',
  actor: { type: 'monitor', id: 'gateway' },
  subject: {},
  data: { host: hosts },
});
const REQUEST = buildApprovalRequest({ hosts: ['example.test', 'b.test'] });

/** Number, link and hash of every entry, from the first one. */
function expectIntact(entries: readonly AuditEntry[]): void {
  let prev = AUDIT_GENESIS;
  entries.forEach((entry, index) => {
    const hash = createHash('sha256').update(auditText(entry)).digest('hex');
    const { seq } = entry;
    expect({ seq, prev: entry.prev, hash: entry.hash }).toEqual({ seq: index + 1, prev, hash });
    prev = hash;
  });
}

describeWith('redis', 'the audit log', () => {
  let redis: ThrowawayRedis;
  let fixture: QueueFixture;
  let audit: AuditLog;
  useQueue((own, server) => {
    [fixture, redis] = [own, server];
    ({ audit } = fixture.queue);
  });

  const all = async () => {
    await audit.link();
    return audit.read(0, 100_000);
  };
  const told = async () =>
    (await all()).map(({ action, actor, subject, data }) => ({ action, actor, subject, data }));

  it('is empty at first, with the genesis as its head', async () => {
    expect(await audit.readHead()).toEqual({ seq: 0, hash: AUDIT_GENESIS });
    expect(await all()).toEqual([]);
  });

  it('links what is appended, with the time of Redis', async () => {
    const before = Number((await fixture.raw.time())[0]) * 1_000;
    await audit.append([draft('a.test'), draft('b.test')]);
    const entries = await all();
    expectIntact(entries);
    expect(entries.map(({ data }) => data)).toEqual([{ host: 'a.test' }, { host: 'b.test' }]);
    expect(Date.parse(entries[0]?.at ?? '')).toBeGreaterThanOrEqual(before);
    expect(await audit.readHead()).toEqual({ seq: 2, hash: entries[1]?.hash });
    expect(await fixture.raw.exists(fixture.keys.auditDrafts)).toBe(0);
  });

  it('refuses data that is not small and flat', async () => {
    await expect(audit.append([draft('x'.repeat(257))])).rejects.toMatchObject({ code: 'internal_error' });
    expect(await all()).toEqual([]);
  });

  it('has no gap and no break after 50 writers, that append and link at once', async () => {
    const writers: OpenQueue[] = Array.from({ length: 50 }, () =>
      openQueue({ url: redis.url, prefix: fixture.prefix }),
    );
    const write = async ({ audit: log }: OpenQueue, writer: number) => {
      for (let i = 0; i < 10; i += 1) {
        await log.append([draft(`w${writer}.n${i}.test`)]);
        await log.link();
      }
    };
    await Promise.all(writers.map(write));
    await Promise.all(writers.map((writer) => writer.close()));
    const entries = await all();
    expectIntact(entries);
    const hosts = entries.map(({ data }) => data['host']);
    expect([hosts.length, new Set(hosts).size]).toEqual([500, 500]);
    const ofOne = hosts.filter((host) => String(host).startsWith('w7.'));
    expect(ofOne).toEqual(Array.from({ length: 10 }, (_, i) => `w7.n${i}.test`));
  });

  it('keeps what cannot be understood as an entry of its own, and goes on', async () => {
    await fixture.raw.rpush(fixture.keys.auditDrafts, '{"at":1000,"action":"later.thing","more":1}');
    await audit.append([draft('a.test')]);
    expect((await told()).map(({ action }) => action)).toEqual(['audit.unreadable', 'egress.denied']);
  });

  it('tells of a job: who submitted it, and how it ended', async () => {
    const lease = await fixture.claimed(['planning', 'running', 'verifying']);
    await fixture.store.commit(lease, buildCommit());
    const subject = { job_id: lease.jobId };
    const worker = { type: 'worker', id: lease.workerId };
    expect(await told()).toEqual([
      {
        action: 'job.submitted',
        actor: { type: 'caller', id: 'unnamed' },
        subject,
        data: { kind: 'fix', tier: 'standard', model: 'scripted/fix' },
      },
      { action: 'job.finished', actor: worker, subject, data: { status: 'succeeded', verified: true } },
    ]);
  });

  it('tells of a job that was cancelled: once, by whom, and that it ended', async () => {
    const jobId = await fixture.accept();
    await fixture.store.cancel(jobId, CALLER);
    await fixture.store.cancel(jobId, CALLER);
    const subject = { job_id: jobId };
    expect((await told()).slice(1)).toEqual([
      { action: 'job.cancelled', actor: CALLER, subject, data: { state: 'queued' } },
      { action: 'job.finished', actor: CALLER, subject, data: { status: 'cancelled', verified: false } },
    ]);
  });

  it('tells of safe mode, and of a job that continues another', async () => {
    const lease = await fixture.claimed(['planning']);
    await fixture.store.commit(lease, buildCommit('safe_mode'));
    const next = await fixture.accept({ ...buildSpec(), previous_job_id: lease.jobId });
    const entries = await told();
    expect(entries.map(({ action }) => action)).toEqual([
      'job.submitted',
      'job.finished',
      'safe_mode.entered',
      'job.continued',
    ]);
    expect(entries[3]).toMatchObject({ subject: { job_id: next }, data: { previous_job_id: lease.jobId } });
  });

  it('tells who was asked what, and who decided; what nobody decides is the monitor', async () => {
    const lease = await fixture.claimed(['planning']);
    const ask = async (ttlMs: number) => {
      const { id } = await fixture.queue.approvals.ask(lease, {
        id: newApprovalId(),
        request: REQUEST,
        ttlMs,
      });
      return id;
    };
    const first = await ask(60_000);
    const decision = { decision: 'approve', remember: true, by: CALLER } as const;
    await fixture.queue.approvals.decide(lease.jobId, first, decision);
    await fixture.queue.approvals.decide(lease.jobId, first, decision);
    await fixture.store.transition(lease, { from: 'awaiting_approval', to: 'planning' });
    const second = await ask(1);
    await expect.poll(() => fixture.queue.approvals.expire()).toBe(1);
    const worker = { type: 'worker', id: lease.workerId };
    const asked = { rule: 'curl', call_sha256: REQUEST.call_sha256, hosts: 'example.test b.test' };
    const subject = (approval_id: string) => ({ job_id: lease.jobId, approval_id });
    expect((await told()).slice(1)).toEqual([
      { action: 'approval.requested', actor: worker, subject: subject(first), data: asked },
      {
        action: 'approval.decided',
        actor: CALLER,
        subject: subject(first),
        data: { status: 'approved', remember: true },
      },
      { action: 'approval.requested', actor: worker, subject: subject(second), data: asked },
      {
        action: 'approval.decided',
        actor: MONITOR,
        subject: subject(second),
        data: { status: 'expired', remember: false },
      },
    ]);
  });

  it('tells nothing of what was refused', async () => {
    const jobId = await fixture.accept();
    const before = await told();
    await fixture.queue.approvals.decide(jobId, newApprovalId(), {
      decision: 'deny',
      remember: false,
      by: CALLER,
    });
    await fixture.store.accept(jobId, buildSpec()).catch(() => undefined);
    expect(await told()).toEqual(before);
  });

  it('keeps its head and its numbers when entries are moved away', async () => {
    await audit.append(['a', 'b', 'c'].map(draft));
    const head = await audit.readHead();
    await audit.trim(3);
    expect([await audit.read(0, 10), await audit.readHead()]).toEqual([[], head]);
    await audit.append([draft('d')]);
    expect(await all()).toMatchObject([{ seq: 4, prev: head.hash }]);
  });

  it('has entries to move when there are too many, or the oldest is too old', async () => {
    await audit.append(['a', 'b', 'c'].map(draft));
    await audit.link();
    const policy = { maxAgeMs: 60_000, maxEntries: 3, segmentEntries: 2 };
    expect(await audit.findMovable(policy)).toEqual([]);
    expect((await audit.findMovable({ ...policy, maxEntries: 2 })).map(({ seq }) => seq)).toEqual([1, 2]);
    await expect
      .poll(async () => (await audit.findMovable({ ...policy, maxAgeMs: 1 })).map(({ seq }) => seq))
      .toEqual([1, 2]);
  });

  it('survives a crash of Redis between the change and its place in the chain', async () => {
    const jobId = await fixture.accept();
    await redis.kill();
    await redis.restart();
    await expect
      .poll(() => all().catch(() => []), { timeout: 10_000 })
      .toMatchObject([{ subject: { job_id: jobId } }]);
  });
});

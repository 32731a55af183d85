import type { Approval } from '@drydock/contracts';
import { AuditEntry, AuditListJson, Problem } from '@drydock/contracts';
import type { ThrowawayRedis } from '@drydock/testing';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { AUTHORIZED, JSON_TYPE } from './start-api.ts';
import { useApi } from './use-api.ts';

const CALLER = { type: 'caller', id: expect.stringMatching(/^key_[0-9a-f]{12}$/) };

describeWith('redis', 'the audit log over HTTP', () => {
  let redis: ThrowawayRedis;
  let api: TestApi;
  useApi((started, server) => ([api, redis] = [started, server]));

  const page = async (query = '') => AuditListJson.parse(await (await api.get(`/v1/audit${query}`)).json());
  const seqs = ({ data }: AuditListJson) => data.map(({ seq }) => seq);

  it('has an entry for every submission, decision and cancellation before it is answered', async () => {
    const { id } = await api.submit();
    const { id: approval_id }: Approval = await (await api.work(id)).ask();
    const path = `${api.url}/v1/jobs/${id}/approvals/${approval_id}`;
    const headers = { ...AUTHORIZED, ...JSON_TYPE };
    await fetch(path, { method: 'POST', headers, body: '{"decision":"deny","reason":"no such host"}' });
    await api.cancel(id);
    const { data, head } = await page();
    expect(data.map(({ action, actor, subject, data: told }) => ({ action, actor, subject, told }))).toEqual([
      {
        action: 'job.submitted',
        actor: CALLER,
        subject: { job_id: id },
        told: expect.objectContaining({ kind: 'fix' }),
      },
      expect.objectContaining({ action: 'approval.requested', subject: { job_id: id, approval_id } }),
      {
        action: 'approval.decided',
        actor: CALLER,
        subject: { job_id: id, approval_id },
        told: { status: 'denied', remember: false },
      },
      {
        action: 'job.cancelled',
        actor: CALLER,
        subject: { job_id: id },
        told: { state: 'awaiting_approval' },
      },
    ]);
    expect(head).toEqual({ seq: 4, hash: data[3]?.hash });
  });

  it('gives the newest page, or the one behind a number, oldest first', async () => {
    for (let i = 0; i < 3; i += 1) await api.submit();
    const { seq } = (await page()).head;
    expect(seqs(await page('?limit=2'))).toEqual([seq - 1, seq]);
    const first = await page('?after=0&limit=2');
    expect([seqs(first), first.has_more]).toEqual([[1, 2], true]);
    const last = await page(`?after=${seq - 1}`);
    expect([seqs(last), last.has_more]).toEqual([[seq], false]);
    expect(seqs(await page(`?after=${seq + 9}`))).toEqual([]);
  });

  it('is exported whole as JSON lines, also what is in files already', async () => {
    await api.moveAudit(3);
    const response = await api.get('/v1/audit', { accept: 'application/x-ndjson' });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    const { seq } = (await page()).head;
    expect(lines.map((line) => AuditEntry.parse(JSON.parse(line)).seq)).toEqual(
      Array.from({ length: seq }, (_, index) => index + 1),
    );
    expect(seqs(await page('?after=1&limit=4'))).toEqual([2, 3, 4, 5]);
    const some = await api.get('/v1/audit?after=2&limit=2', { accept: 'application/x-ndjson' });
    expect((await some.text()).match(/"seq":\d+/g)).toEqual(['"seq":3', '"seq":4']);
  });

  it.each([
    ['?limit=0', 'invalid_request'],
    ['?limit=1001', 'invalid_request'],
    ['?after=-1', 'invalid_request'],
    ['?since=1', 'unknown_field'],
  ])('refuses %s', async (query, code) => {
    const response = await api.get(`/v1/audit${query}`);
    expect([response.status, Problem.parse(await response.json()).code]).toEqual([422, code]);
  });

  it('needs the key, and can only be read', async () => {
    expect((await fetch(`${api.url}/v1/audit`)).status).toBe(401);
    const response = await fetch(`${api.url}/v1/audit`, { method: 'DELETE', headers: AUTHORIZED });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('takes no job, and cancels none, that it cannot put on record', async () => {
    const { id } = await api.submit();
    await redis.kill();
    expect(
      (await api.post('{"kind":"fix","instruction":"x","source":{"type":"git","url":"https://a.test/b"}}'))
        .status,
    ).toBe(503);
    expect((await api.cancel(id)).status).toBe(503);
    await redis.restart();
    await expect.poll(async () => (await api.get('/v1/audit')).status, { timeout: 10_000 }).toBe(200);
    expect((await page()).data.at(-1)).toMatchObject({ action: 'job.submitted', subject: { job_id: id } });
  });
});

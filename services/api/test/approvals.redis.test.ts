import { Approval, ApprovalListJson, Problem } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { AUTHORIZED, JSON_TYPE } from './start-api.ts';
import { useApi } from './use-api.ts';

describeWith('redis', 'approvals over HTTP', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  const asked = async (ttlMs?: number) => (await api.work((await api.submit()).id)).ask(ttlMs);
  const decide = ({ job_id, id }: Pick<Approval, 'job_id' | 'id'>, body: unknown) =>
    fetch(`${api.url}/v1/jobs/${job_id}/approvals/${id}`, {
      method: 'POST',
      headers: { ...AUTHORIZED, ...JSON_TYPE },
      body: JSON.stringify(body),
    });
  const listOf = async (path: string) =>
    ApprovalListJson.parse(await (await api.get(path)).json()).data.map(({ id, status }) => ({ id, status }));
  const codeOf = async (response: Response) =>
    [response.status, Problem.parse(await response.json()).code] as const;

  it('are listed while they wait, for all jobs and for one, and only for one afterwards', async () => {
    const approval = await asked();
    const { id, job_id } = approval;
    expect(await listOf('/v1/approvals')).toContainEqual({ id, status: 'pending' });
    expect(await listOf(`/v1/jobs/${job_id}/approvals`)).toEqual([{ id, status: 'pending' }]);
    await decide(approval, { decision: 'deny' });
    expect(await listOf('/v1/approvals')).not.toContainEqual({ id, status: 'denied' });
    expect(await listOf(`/v1/jobs/${job_id}/approvals`)).toEqual([{ id, status: 'denied' }]);
  });

  it('are decided with 200, and again with 200; what comes after something else is 409', async () => {
    const approval = await asked();
    const body = { decision: 'approve', remember: true, reason: 'A mirror of ours.' };
    const first = await decide(approval, body);
    expect(first.status).toBe(200);
    const decided = Approval.parse(await first.json());
    expect(decided).toMatchObject({ status: 'approved', remember: true, reason: 'A mirror of ours.' });
    const again = await decide(approval, body);
    expect([again.status, await again.json()]).toEqual([200, decided]);
    expect(await codeOf(await decide(approval, { decision: 'deny' }))).toEqual([409, 'approval_over']);
  });

  it('are 409 when their time is over', async () => {
    const approval = await asked(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await codeOf(await decide(approval, { decision: 'approve' }))).toEqual([409, 'approval_over']);
  });

  it.each<[unknown, number, string]>([
    [{}, 422, 'invalid_request'],
    [{ decision: 'yes' }, 422, 'invalid_request'],
    [{ decision: 'approve', hosts: ['evil.test'] }, 422, 'unknown_field'],
    [{ decision: 'approve', reason: 'x'.repeat(1_001) }, 422, 'invalid_request'],
    [{ decision: 'approve', reason: 'x'.repeat(20_000) }, 413, 'body_too_large'],
  ])('refuse a decision that is none: %j', async (body, status, code) => {
    const approval = await asked();
    expect(await codeOf(await decide(approval, body))).toEqual([status, code]);
    expect(await listOf(`/v1/jobs/${approval.job_id}/approvals`)).toMatchObject([{ status: 'pending' }]);
  });

  it.each(['nonsense', 'apr_01K0000000000000000000000A', '..%2f..%2fx'])(
    'are 404 where there is none: %s',
    async (id) => {
      const { job_id } = await asked();
      const response = await decide({ job_id, id: id as Approval['id'] }, { decision: 'approve' });
      expect(await codeOf(response)).toEqual([404, 'not_found']);
    },
  );

  it('of one job cannot be decided under the name of another', async () => {
    const [mine, other] = [await asked(), await asked()];
    const response = await decide({ job_id: other.job_id, id: mine.id }, { decision: 'approve' });
    expect(await codeOf(response)).toEqual([404, 'not_found']);
  });

  it('need the key', async () => {
    const { job_id, id } = await asked();
    const path = `${api.url}/v1/jobs/${job_id}/approvals/${id}`;
    const response = await fetch(path, {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"decision":"approve"}',
    });
    expect(response.status).toBe(401);
    expect((await fetch(`${api.url}/v1/approvals`)).status).toBe(401);
  });
});

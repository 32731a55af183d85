import { JobJson, MessageJson } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { AUTHORIZED, JSON_TYPE } from './start-api.ts';
import { useApi } from './use-api.ts';

describeWith('redis', 'POST /v1/jobs/{id}/messages', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  const send = (jobId: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/v1/jobs/${jobId}/messages`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...AUTHORIZED, ...JSON_TYPE, ...headers },
    });
  const refusalOf = async (response: Response) => {
    const { code } = (await response.json()) as { code: string };
    return [response.status, code];
  };

  it('takes a message of a job that lives, and links to itself from there', async () => {
    const job = await api.submit();
    expect(job.links.messages).toBe(`/v1/jobs/${job.id}/messages`);
    const response = await send(job.id, { text: 'keep it small' });
    expect(response.status).toBe(202);
    expect(MessageJson.parse(await response.json())).toMatchObject({
      object: 'message',
      job_id: job.id,
      text: 'keep it small',
    });
  });

  it('answers a message that was sent twice with one key alike, and refuses another text', async () => {
    const job = await api.submit();
    const key = { 'idempotency-key': 'once' };
    const [first, again] = [await send(job.id, { text: 'a' }, key), await send(job.id, { text: 'a' }, key)];
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([
      202,
      202,
      'true',
    ]);
    expect(await again.json()).toEqual(await first.json());
    expect(await refusalOf(await send(job.id, { text: 'b' }, key))).toEqual([422, 'idempotency_mismatch']);
  });

  it('is refused with what to do instead when the job is over, or verified', async () => {
    const job = await api.submit();
    const worker = await api.work(job.id);
    await worker.enter(['planning', 'running', 'verifying']);
    const verifying = await send(job.id, { text: 'late' });
    expect(await refusalOf(verifying)).toEqual([409, 'message_refused']);
    await worker.finish('patch', 'failed');
    const response = await send(job.id, { text: 'later' });
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { code: 'job_finished', detail: expect.stringContaining('previous_job_id') as unknown },
    ]);
    const found = JobJson.parse(await (await api.get(job.links.self)).json());
    expect(found.links.messages).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['no text', {}, 'invalid_request'],
    ['white space', { text: ' \n' }, 'invalid_request'],
    ['a NUL', { text: 'a\0b' }, 'invalid_request'],
    ['half a character', { text: '\ud800' }, 'invalid_request'],
    ['too much', { text: 'x'.repeat(16_001) }, 'invalid_request'],
    ['more than a text', { text: 'a', role: 'developer' }, 'unknown_field'],
  ])('refuses %s', async (_what, body, code) => {
    const job = await api.submit();
    expect(await refusalOf(await send(job.id, body))).toEqual([422, code]);
  });

  it('is not found where the job is not', async () => {
    expect(await refusalOf(await send('job_01ARZ3NDEKTSV4RRFFQ69G5FAV', { text: 'a' }))).toEqual([
      404,
      'not_found',
    ]);
  });
});

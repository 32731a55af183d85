import type { JobId } from '@drydock/contracts';
import { JobJson } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { AUTHORIZED } from './start-api.ts';
import { useApi } from './use-api.ts';

describeWith('redis', 'POST /v1/jobs/{id}/replay', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  const replay = (id: JobId, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/v1/jobs/${id}/replay`, { method: 'POST', headers: { ...AUTHORIZED, ...headers } });

  /** A job that ended, with a transcript unless it never came to one. */
  async function endedJob({ isSilent = false, ...change }: { isSilent?: boolean; labels?: object } = {}) {
    const job = await api.submit(change);
    const worker = await api.work(job.id);
    if (!isSilent) await worker.keep('transcript.jsonl', 'said\n');
    await worker.finish('the patch', 'failed');
    return job;
  }

  it('makes a new job of the same request, which tells nobody else', async () => {
    const older = await endedJob({ labels: { team: 'a' } });
    const response = await replay(older.id);
    expect(response.status).toBe(202);
    const next = JobJson.parse(await response.json());
    expect(next).toMatchObject({
      status: 'queued',
      labels: { team: 'a' },
      previous_job_id: null,
      replay_of: older.id,
    });
    const [spec, original] = [(await api.find(next.id))?.spec, (await api.find(older.id))?.spec];
    expect(spec).toEqual({ ...original, replay_of: older.id });
  });

  it('makes one job of a request that is sent twice with one key', async () => {
    const { id } = await endedJob();
    const twice = [
      await replay(id, { 'idempotency-key': 'r-1' }),
      await replay(id, { 'idempotency-key': 'r-1' }),
    ];
    const ids = await Promise.all(twice.map(async (one) => JobJson.parse(await one.json()).id));
    expect(new Set(ids).size).toBe(1);
  });

  it('refuses a job that runs, one that said nothing, and one that nobody knows', async () => {
    const running = await api.submit();
    const silent = await endedJob({ isSilent: true });
    const unknown = 'job_01ARZ3NDEKTSV4RRFFQ69G5FAV' as JobId;
    const answers = await Promise.all([running.id, silent.id, unknown].map((id) => replay(id)));
    const codes = await Promise.all(
      answers.map(async (one) => ((await one.json()) as { code: string }).code),
    );
    expect(codes).toEqual(['no_recording', 'no_recording', 'not_found']);
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 404]);
  });
});

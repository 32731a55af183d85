import type { JobId } from '@drydock/contracts';
import { JobJson, SignedCheckpoint } from '@drydock/contracts';
import { NO_USAGE } from '@drydock/core';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { JSON_TYPE, startApi } from './start-api.ts';

describeWith('redis', 'POST /v1/jobs/{id}/continue', () => {
  let redis: ThrowawayRedis;
  let api: TestApi;
  beforeAll(async () => {
    redis = await ThrowawayRedis.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(async () => {
    api = await startApi(redis.url);
  });
  afterEach(() => api[Symbol.asyncDispose]());

  /** A job that a worker took to a checkpoint and ended. */
  async function endedJob(change: object = {}) {
    const job = await api.submit(change);
    const worker = await api.work(job.id);
    const transcript = await worker.keep('transcript.jsonl', 'said\n');
    const signedCheckpoint = SignedCheckpoint.parse({
      checkpoint: {
        jobId: job.id,
        fence: 1,
        savedAt: '2026-01-01T00:00:00.000Z',
        base: { layer: 'layer', sha: 'sha' },
        workspace: transcript,
        transcript,
        stage: 'running',
        plan: { steps: ['go on'], files: [], checks: [], risks: [] },
        submission: null,
        turns: 2,
        usage: NO_USAGE,
      },
      signature: 'a'.repeat(64),
    });
    await worker.record(signedCheckpoint);
    await worker.finish('the patch', 'failed');
    return { job, signedCheckpoint };
  }

  const refusalOf = async (id: JobId, body?: string) => {
    const response = await api.continue(id, body);
    const { code, detail } = (await response.json()) as { code: string; detail: string };
    return [response.status, code, detail];
  };

  it('makes a new job of the same request, with checkpoint, patch and plan of the older one', async () => {
    const { job, signedCheckpoint } = await endedJob({ labels: { team: 'a' }, tier: 'high' });
    const response = await api.continue(job.id);
    expect(response.status).toBe(202);
    const next = JobJson.parse(await response.json());
    expect(response.headers.get('location')).toBe(next.links.self);
    expect(next).toMatchObject({
      status: 'queued',
      previous_job_id: job.id,
      labels: { team: 'a' },
      tier: 'high',
    });
    const [older, record] = [await api.find(job.id), await api.find(next.id)];
    expect(record?.spec).toEqual({ ...older?.spec, previous_job_id: job.id, thread_id: job.id });
    expect(record?.signedCheckpoint).toEqual(signedCheckpoint);
    expect(await (await api.get(next.links.patch)).text()).toBe('the patch');
    await api.cancel(next.id);
    expect((await api.find(next.id))?.result).toMatchObject({ verified: false, plan: { steps: ['go on'] } });
  });

  it('takes other limits and labels, and nothing else', async () => {
    const { job } = await endedJob({ limits: { max_turns: 5, timeout_seconds: 60 } });
    const changes = { limits: { max_turns: 9 }, labels: { again: 'yes' } };
    const next = JobJson.parse(await (await api.continue(job.id, JSON.stringify(changes))).json());
    expect(next).toMatchObject({ limits: { max_turns: 9, timeout_seconds: 60 }, labels: { again: 'yes' } });
    expect((await refusalOf(job.id, '{"instruction":"Do more."}')).slice(0, 2)).toEqual([
      422,
      'unknown_field',
    ]);
    const over = JSON.stringify({ limits: { max_turns: 9_999 } });
    expect((await refusalOf(job.id, over)).slice(0, 2)).toEqual([422, 'invalid_request']);
  });

  it('links to itself from a job that can be continued, and from no other', async () => {
    const { job } = await endedJob();
    const found = JobJson.parse(await (await api.get(job.links.self)).json());
    expect([job.links.continue, found.links.continue]).toEqual([undefined, `/v1/jobs/${job.id}/continue`]);
  });

  it('is refused while the job lives, and without a checkpoint', async () => {
    const live = await api.submit();
    expect(await refusalOf(live.id)).toEqual([409, 'no_checkpoint', expect.stringContaining('queued')]);
    await api.cancel(live.id);
    expect(await refusalOf(live.id)).toEqual([409, 'no_checkpoint', expect.stringContaining('first turn')]);
  });

  it('makes one job of one Idempotency-Key, and none of a key that was for another job', async () => {
    const [first, second] = [await endedJob(), await endedJob()];
    const headers = { ...JSON_TYPE, 'idempotency-key': 'once' };
    const ids = await Promise.all(
      [1, 2].map(
        async () => JobJson.parse(await (await api.continue(first.job.id, '{}', headers)).json()).id,
      ),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await api.continue(second.job.id, '{}', headers)).status).toBe(422);
  });

  it('of a job that never ran continues the one that this was to continue', async () => {
    const { job } = await endedJob();
    const second = JobJson.parse(await (await api.continue(job.id)).json());
    await api.cancel(second.id);
    const third = JobJson.parse(await (await api.continue(second.id)).json());
    expect(third.previous_job_id).toBe(job.id);
  });
});

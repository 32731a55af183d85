import type { JobId } from '@drydock/contracts';
import { JobJson, JobListJson, SignedCheckpoint } from '@drydock/contracts';
import { NO_USAGE } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { JSON_TYPE, MINIMAL } from './start-api.ts';
import { useApi } from './use-api.ts';

const SUBMISSION = { summary: 'done', changes: [] };

describeWith('redis', 'POST /v1/jobs with previous_job_id', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  /** A job that a worker took to a checkpoint and ended. */
  async function endedJob(change: object = {}, to: 'succeeded' | 'failed' | 'safe_mode' = 'succeeded') {
    const job = await api.submit(change);
    await end(job.id, to);
    return job;
  }

  async function end(jobId: JobId, to: 'succeeded' | 'failed' | 'safe_mode'): Promise<void> {
    const worker = await api.work(jobId);
    const transcript = await worker.keep('transcript.jsonl', `said in ${jobId}\n`);
    await worker.record(
      SignedCheckpoint.parse({
        checkpoint: {
          jobId,
          fence: 1,
          savedAt: '2026-01-01T00:00:00.000Z',
          base: { layer: 'layer', sha: 'sha' },
          workspace: transcript,
          transcript,
          stage: 'running',
          plan: { steps: ['go on'], files: [], checks: [], risks: [] },
          submission: to === 'succeeded' ? SUBMISSION : null,
          turns: 2,
          usage: NO_USAGE,
        },
        signature: 'a'.repeat(64),
      }),
    );
    await worker.enter(to === 'succeeded' ? ['planning', 'running', 'verifying'] : ['planning']);
    await worker.finish(`patch of ${jobId}`, to);
  }

  const follow = (id: JobId, change: object = {}, headers?: Record<string, string>) =>
    api.post(JSON.stringify({ previous_job_id: id, instruction: 'Now the tests.', ...change }), headers);
  const followed = async (id: JobId, change: object = {}) =>
    JobJson.parse(await (await follow(id, change)).json());
  const refusalOf = async (sent: Promise<Response>) => {
    const response = await sent;
    const body = (await response.json()) as { code: string; detail: string; errors?: { pointer: string }[] };
    return [response.status, body.code, body.errors?.map(({ pointer }) => pointer) ?? body.detail];
  };

  it('makes a job of the same tree with an instruction of its own, and with what it does not say as it was', async () => {
    const given = {
      labels: { team: 'a' },
      limits: { max_turns: 7, memory_mb: 512 },
      tools: [],
      system_prompt: 'Be brief.',
      checks: { test: ['make test'] },
      tool_use_approval: 'ask',
      plan_only: true,
    };
    const job = await endedJob(given);
    const response = await follow(job.id, { kind: 'test', limits: { max_turns: 9 } });
    expect(response.status).toBe(202);
    const next = JobJson.parse(await response.json());
    expect(next).toMatchObject({
      status: 'queued',
      kind: 'test',
      previous_job_id: job.id,
      thread_id: job.id,
      labels: { team: 'a' },
      links: { thread: `/v1/jobs?thread=${job.id}` },
    });
    const [older, record] = [await api.find(job.id), await api.find(next.id)];
    const { plan_only: _, ...spec } = older?.spec ?? {};
    expect(record?.spec).toEqual({
      ...spec,
      kind: 'test',
      instruction: 'Now the tests.',
      limits: { ...older?.spec.limits, max_turns: 9 },
      tool_use_approval: false,
      previous_job_id: job.id,
      thread_id: job.id,
      follow_up: { status: 'succeeded', verified: false, model: older?.spec.model },
    });
    expect(record?.signedCheckpoint).toEqual(older?.signedCheckpoint);
    expect(await (await api.get(next.links.patch)).text()).toBe(`patch of ${job.id}`);
  });

  it('goes on three deep, and every job of a thread is listed, newest first', async () => {
    const first = await endedJob();
    await endedJob();
    const second = await followed(first.id);
    await end(second.id, 'failed');
    const third = await followed(second.id);
    expect([third.previous_job_id, third.thread_id]).toEqual([second.id, first.id]);
    const list = JobListJson.parse(await (await api.get(first.links.thread)).json());
    expect(list.data.map(({ id }) => id)).toEqual([third.id, second.id, first.id]);
    expect((await api.get('/v1/jobs?thread=nonsense')).status).toBe(422);
  });

  it('is told in the job that continues it where it never came to its first turn, and not where it did', async () => {
    const first = await endedJob();
    const second = await followed(first.id);
    await api.cancel(second.id);
    expect(await refusalOf(follow(second.id))).toEqual([
      409,
      'no_checkpoint',
      expect.stringContaining(`before its first turn: continue it, or follow ${first.id}.`),
    ]);
    const third = JobJson.parse(await (await api.continue(second.id)).json());
    expect((await api.find(third.id))?.spec).toMatchObject({
      instruction: 'Now the tests.',
      previous_job_id: first.id,
      follow_up: { status: 'succeeded' },
    });
    await end(third.id, 'failed');
    const fourth = JobJson.parse(await (await api.continue(third.id)).json());
    const { spec } = (await api.find(fourth.id)) ?? {};
    expect([spec?.previous_job_id, spec?.thread_id, spec?.follow_up]).toEqual([
      third.id,
      first.id,
      undefined,
    ]);
  });

  it('is refused while the job lives, in safe mode, and without a checkpoint', async () => {
    const live = await api.submit();
    expect(await refusalOf(follow(live.id))).toEqual([
      409,
      'no_checkpoint',
      expect.stringContaining(
        `is queued: wait for its end, or write to it: POST /v1/jobs/${live.id}/messages.`,
      ),
    ]);
    await api.cancel(live.id);
    expect((await refusalOf(follow(live.id))).slice(0, 2)).toEqual([409, 'no_checkpoint']);
    const unsafe = await endedJob({ tier: 'high' }, 'safe_mode');
    expect((await refusalOf(follow(unsafe.id))).slice(0, 2)).toEqual([422, 'safe_mode']);
  });

  it.each<[string, object, string, string]>([
    ['a source of its own', { source: MINIMAL.source }, 'invalid_request', '/source'],
    ['another tier', { tier: 'high' }, 'invalid_request', '/tier'],
    ['no words', { instruction: ' ' }, 'invalid_request', '/instruction'],
    ['a field nobody knows', { surprise: 1 }, 'unknown_field', '/surprise'],
    ['a field that is not for callers', { follow_up: {} }, 'unknown_field', '/follow_up'],
    ['a limit over its maximum', { limits: { max_turns: 9_999 } }, 'invalid_request', '/limits/max_turns'],
    ['a job that is none', { previous_job_id: 'job_x' }, 'invalid_request', '/previous_job_id'],
    [
      'an unknown job',
      { previous_job_id: 'job_01ARZ3NDEKTSV4RRFFQ69G5FAV' },
      'invalid_request',
      '/previous_job_id',
    ],
  ])('refuses %s', async (_what, change, code, pointer) => {
    const job = await endedJob();
    expect(await refusalOf(follow(job.id, change))).toEqual([422, code, [pointer]]);
  });

  it('says that a job needs a source or a job before it', async () => {
    const response = await api.post(JSON.stringify({ kind: 'fix', instruction: 'Mend it.' }));
    expect([response.status, await response.json()]).toMatchObject([
      422,
      {
        errors: [
          {
            pointer: '/source',
            detail: 'A job needs a source, or the previous_job_id of a job that it follows.',
          },
        ],
      },
    ]);
  });

  it('makes one job of one Idempotency-Key', async () => {
    const job = await endedJob();
    const headers = { ...JSON_TYPE, 'idempotency-key': 'once' };
    const send = async () => JobJson.parse(await (await follow(job.id, {}, headers)).json()).id;
    expect(await send()).toBe(await send());
  });
});

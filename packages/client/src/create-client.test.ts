import type { JobId, JobJson, JobRequestInput } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { ClientClock } from './client-clock.ts';
import { createClient } from './create-client.ts';

const jobId = 'job_01K0000000000000000000000A' as JobId;

const JOB: JobJson = {
  id: jobId,
  object: 'job',
  status: 'queued',
  kind: 'fix',
  model: 'gpt-5.3-codex',
  attempt: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  started_at: null,
  finished_at: null,
  labels: {},
  limits: {
    timeout_seconds: 900,
    memory_mb: 1_536,
    cpus: 1,
    disk_mb: 512,
    max_turns: 60,
    max_tokens_total: 2_000_000,
  },
  result: null,
  error: null,
  links: { self: '/v1/jobs/x', events: '/v1/jobs/x/events', patch: '/v1/jobs/x/patch' },
};

const event = (seq: number, body: object) =>
  `id: ${seq}\ndata: ${JSON.stringify({ seq, at: '2026-01-01T00:00:00Z', attempt: 1, ...body })}\n\n`;
const message = (seq: number) =>
  event(seq, { type: 'message.added', data: { role: 'assistant', text: `m${seq}` } });
const finished = (seq: number) =>
  event(seq, { type: 'job.finished', data: { status: 'succeeded', verified: true, error: null } });

const problem = (status: number, code: string) =>
  Response.json(
    { type: `urn:drydock:error:${code}`, title: code, status, code, detail: `${code}!` },
    { status },
  );

/** Answers each request with the next entry; a string is an event stream, an error a lost connection. */
function fakeServer(answers: readonly (Response | string | Error)[]) {
  const requests: { url: string; method: string; headers: Headers; body: unknown }[] = [];
  const delays: number[] = [];
  const queue = [...answers];
  const clock: ClientClock = {
    sleep: (durationMs) => Promise.resolve(void delays.push(durationMs)),
    watch: () => ({ signal: new AbortController().signal, touch: () => {}, [Symbol.dispose]: () => {} }),
  };
  const fetch = ((url: string, init: RequestInit) => {
    const { method = 'GET', body } = init;
    requests.push({ url, method, headers: new Headers(init.headers), body });
    const answer = queue.shift() ?? new Error('no answer left');
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(typeof answer === 'string' ? new Response(answer) : answer);
  }) as typeof globalThis.fetch;
  const client = createClient({ baseUrl: 'http://api.test/', apiKey: 'k', fetch, clock });
  const follow = async (afterSeq = 0) => {
    const seqs: number[] = [];
    for await (const { seq } of client.followEvents(jobId, { afterSeq })) seqs.push(seq);
    return seqs;
  };
  const asked = () => requests.map(({ headers }) => headers.get('last-event-id'));
  return { client, requests, delays, follow, asked };
}

describe('createClient', () => {
  it('submits a job with the key and gives the job', async () => {
    const { client, requests } = fakeServer([Response.json(JOB, { status: 202 })]);
    const request: JobRequestInput = {
      kind: 'fix',
      instruction: 'mend it',
      source: { type: 'files', files: [{ path: 'a', content: 'b' }] },
    };
    expect(await client.submitJob(request)).toEqual(JOB);
    expect(requests[0]).toMatchObject({
      url: 'http://api.test/v1/jobs',
      method: 'POST',
      body: JSON.stringify(request),
    });
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer k');
    expect(requests[0]?.headers.get('content-type')).toBe('application/json');
  });

  it('throws what the server refused a request with', async () => {
    const { client } = fakeServer([problem(404, 'not_ready')]);
    await expect(client.getPatch(jobId)).rejects.toMatchObject({
      name: 'ClientError',
      message: 'not_ready!',
      status: 404,
      problem: { code: 'not_ready' },
    });
  });

  it('throws a ClientError where the answer is no problem, no job or none at all', async () => {
    const { client } = fakeServer([
      new Response('<html>', { status: 502 }),
      Response.json({ id: 'job_1' }),
      new TypeError('fetch failed'),
    ]);
    await expect(client.getJob(jobId)).rejects.toMatchObject({ status: 502, problem: undefined });
    await expect(client.getJob(jobId)).rejects.toMatchObject({ status: 200 });
    await expect(client.getJob(jobId)).rejects.toMatchObject({ status: 0, isTransient: true });
  });

  it('throws the reason of its signal', async () => {
    const { client } = fakeServer([new TypeError('aborted')]);
    await expect(client.getJob(jobId, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('followEvents', () => {
  it('ends after job.finished', async () => {
    const { follow, asked } = fakeServer([message(1) + message(2) + finished(3) + message(4)]);
    expect(await follow()).toEqual([1, 2, 3]);
    expect(asked()).toEqual(['0']);
  });

  it('goes on behind the last event after a lost stream, without gap or repeat', async () => {
    const { follow, asked, delays } = fakeServer([
      message(1) + message(2),
      new TypeError('connection reset'),
      message(2) + message(3),
      finished(4),
    ]);
    expect(await follow()).toEqual([1, 2, 3, 4]);
    expect(asked()).toEqual(['0', '2', '2', '3']);
    expect(delays).toEqual([250, 500, 250]);
  });

  it('gives nothing where the job has ended and the caller has seen all of it', async () => {
    expect(await fakeServer([new Response(null, { status: 204 })]).follow(9)).toEqual([]);
  });

  it('passes over event types of a newer server', async () => {
    const newer = event(2, { type: 'candidate.ranked', data: { rank: 1 } });
    expect(await fakeServer([message(1) + newer + finished(3)]).follow()).toEqual([1, 3]);
  });

  it('gives up after six failures in a row', async () => {
    const { follow, requests } = fakeServer(Array.from({ length: 9 }, () => new TypeError('refused')));
    await expect(follow()).rejects.toThrow('6 times in a row');
    expect(requests).toHaveLength(6);
  });

  it('does not repeat a request that the server refused', async () => {
    const { follow, requests } = fakeServer([problem(401, 'unauthorized'), finished(1)]);
    await expect(follow()).rejects.toMatchObject({ problem: { code: 'unauthorized' } });
    expect(requests).toHaveLength(1);
  });
});

describe('waitForJob', () => {
  it('gives the job as it ended', async () => {
    const { client } = fakeServer([message(1) + finished(2), Response.json({ ...JOB, status: 'succeeded' })]);
    expect((await client.waitForJob(jobId)).status).toBe('succeeded');
  });
});

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
  tier: 'standard',
  previous_job_id: null,
  thread_id: jobId,
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
  links: {
    self: '/v1/jobs/x',
    events: '/v1/jobs/x/events',
    patch: '/v1/jobs/x/patch',
    artifacts: '/v1/jobs/x/artifacts',
    cancel: '/v1/jobs/x/cancel',
    approvals: '/v1/jobs/x/approvals',
    thread: '/v1/jobs?thread=x',
  },
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

const REQUEST: JobRequestInput = {
  kind: 'fix',
  instruction: 'mend it',
  source: { type: 'files', files: [{ path: 'a', content: 'b' }] },
};

describe('createClient', () => {
  it('submits a job with the key and gives the job', async () => {
    const { client, requests } = fakeServer([Response.json(JOB, { status: 202 })]);
    expect(await client.submitJob(REQUEST)).toEqual(JOB);
    expect(requests[0]).toMatchObject({
      url: 'http://api.test/v1/jobs',
      method: 'POST',
      body: JSON.stringify(REQUEST),
    });
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer k');
    expect(requests[0]?.headers.get('content-type')).toBe('application/json');
  });

  it('continues a job, with what is to be different', async () => {
    const { client, requests } = fakeServer([Response.json(JOB, { status: 202 })]);
    expect(await client.continueJob(JOB.id, { limits: { max_turns: 9 } })).toEqual(JOB);
    expect(requests[0]).toMatchObject({
      url: `http://api.test/v1/jobs/${JOB.id}/continue`,
      method: 'POST',
      body: '{"limits":{"max_turns":9}}',
    });
    expect(requests[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('writes to a job, again with the same key where the server is away', async () => {
    const message = {
      id: 'msg_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      object: 'message',
      job_id: jobId,
      text: 'keep it small',
      created_at: '2026-01-01T00:00:00.000Z',
    };
    const { client, requests } = fakeServer([new Error('reset'), Response.json(message, { status: 202 })]);
    expect(await client.sendMessage(jobId, 'keep it small')).toEqual(message);
    expect(requests[1]).toMatchObject({
      url: `http://api.test/v1/jobs/${jobId}/messages`,
      method: 'POST',
      body: '{"text":"keep it small"}',
    });
    const [first, second] = requests.map(({ headers }) => headers.get('idempotency-key'));
    expect([first, first]).toEqual([second, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('replays a job', async () => {
    const { client, requests } = fakeServer([Response.json(JOB, { status: 202 })]);
    expect(await client.replayJob(JOB.id)).toEqual(JOB);
    expect(requests[0]).toMatchObject({ url: `http://api.test/v1/jobs/${JOB.id}/replay`, method: 'POST' });
  });

  it('submits again where the server is away, with the same key, and with another for another job', async () => {
    const accepted = () => Response.json(JOB, { status: 202 });
    const { client, requests, delays } = fakeServer([
      new TypeError('connection reset'),
      problem(503, 'store_unavailable'),
      accepted(),
      accepted(),
    ]);
    await client.submitJob(REQUEST);
    await client.submitJob(REQUEST);
    const keys = requests.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
    expect(delays).toEqual([250, 500]);
  });

  it('gives up on a server that stays away, and at once on one that refuses', async () => {
    const away = fakeServer(Array.from({ length: 9 }, () => problem(503, 'store_unavailable')));
    await expect(away.client.submitJob(REQUEST)).rejects.toMatchObject({ status: 503 });
    expect(away.requests).toHaveLength(6);
    const strict = fakeServer([problem(422, 'unknown_field')]);
    await expect(strict.client.submitJob(REQUEST)).rejects.toMatchObject({ status: 422 });
    expect(strict.requests).toHaveLength(1);
  });

  it('lists jobs over pages, with every filter', async () => {
    const page = (next_cursor: string | null) => Response.json({ object: 'list', data: [JOB], next_cursor });
    const { client, requests } = fakeServer([page('c1'), page(null)]);
    const filter = {
      status: ['queued', 'running'],
      kind: 'fix',
      labels: { team: 'a&b', url: 'http://x' },
      createdAfter: new Date(0),
      createdBefore: new Date(1),
      pageSize: 1,
    } as const;
    const jobs: JobJson[] = [];
    for await (const job of client.listJobs(filter)) jobs.push(job);
    expect(jobs).toEqual([JOB, JOB]);
    const first =
      'http://api.test/v1/jobs?limit=1&status=queued%2Crunning&kind=fix&label=team%3Aa%26b&label=url%3Ahttp%3A%2F%2Fx' +
      '&created_after=1970-01-01T00%3A00%3A00.000Z&created_before=1970-01-01T00%3A00%3A00.001Z';
    expect(requests.map(({ url }) => url)).toEqual([first, `${first}&cursor=c1`]);
  });

  it('cancels a job, and says so where it has ended otherwise', async () => {
    const { client, requests } = fakeServer([
      Response.json(JOB, { status: 202 }),
      problem(409, 'job_finished'),
    ]);
    expect(await client.cancelJob(jobId)).toEqual(JOB);
    expect(requests[0]).toMatchObject({ url: `http://api.test/v1/jobs/${jobId}/cancel`, method: 'POST' });
    await expect(client.cancelJob(jobId)).rejects.toMatchObject({ problem: { code: 'job_finished' } });
  });

  it('lists artifacts and gives their bytes', async () => {
    const link = `/v1/jobs/${jobId}/artifacts/log.txt`;
    const artifact = { object: 'artifact', name: 'log.txt', bytes: 2, sha256: 'a'.repeat(64), link };
    const bytes = new Uint8Array([0, 255]);
    const { client, requests } = fakeServer([
      Response.json({ object: 'list', data: [artifact] }),
      new Response(bytes),
    ]);
    expect(await client.listArtifacts(jobId)).toEqual([artifact]);
    expect(await client.getArtifact(jobId, 'log.txt')).toEqual(bytes);
    expect(requests[1]?.url).toBe(`http://api.test${link}`);
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

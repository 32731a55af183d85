import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { JobJson, Problem } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { describe, expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { API_KEY, AUTHORIZED, JSON_TYPE, MINIMAL, digestOf } from './start-api.ts';
import { useApi } from './use-api.ts';

const OVERSIZED = JSON.stringify({ x: 'x'.repeat((2 << 20) - 7) });
const DEEP = '['.repeat(100_000) + ']'.repeat(100_000);
const OUTSIDE = { type: 'files', files: [{ path: '../x', content: '' }] };
const UNKNOWN = 'job_01K0000000000000000000000A';

describeWith('redis', 'the API over HTTP', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  /** Sends the path as it is: `fetch` would resolve dots in it. */
  async function getRaw(path: string): Promise<{ status: number | undefined; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    httpRequest(api.url, { path, headers: AUTHORIZED }, resolve).on('error', reject).end();
    const response = await promise;
    return { status: response.statusCode, body: (await response.toArray()).join('') };
  }

  /** The ids of a stream, read to its end or until `limit` of them. */
  async function readIds(path: string, options: { lastEventId?: string; limit?: number } = {}) {
    const { lastEventId, limit = Infinity } = options;
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await api.get(path, headers);
    let text = '';
    const idsOf = () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (idsOf().length >= limit) break;
    }
    return { ids: idsOf(), response, text };
  }

  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  describe('POST /v1/jobs', () => {
    it('answers 202 with the job, its address and a request id', async () => {
      const response = await api.post(JSON.stringify(MINIMAL));
      const job = JobJson.parse(await response.json());
      expect(response.status).toBe(202);
      expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
      expect(response.headers.get('x-request-id')).toBe('r1');
      expect(job).toMatchObject({ status: 'queued', kind: 'fix', attempt: 0, result: null, error: null });
    });

    it('has stored job, first event and source before it answers 202', async () => {
      const { id } = await api.submit();
      const job = await api.find(id);
      expect(job?.spec.source).toMatchObject({ type: 'files', bytes: 1, files: 1 });
      const source = await api.artifacts.get(digestOf(job));
      expect(JSON.parse(Buffer.from(source).toString())).toMatchObject({
        files: [{ path: 'a.txt', content: 'a' }],
      });
      expect((await readIds(`/v1/jobs/${id}/events`, { limit: 1 })).ids).toEqual([1]);
    });

    it('refuses an unknown field with 422 and its pointer', async () => {
      const response = await api.post(JSON.stringify({ ...MINIMAL, limits: { gpus: 1 } }));
      expect(response.status).toBe(422);
      expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(Problem.strict().parse(await response.json())).toEqual({
        type: 'urn:drydock:error:unknown_field',
        title: 'The request has a field that Drydock does not know.',
        status: 422,
        code: 'unknown_field',
        detail: 'The request has a field that Drydock does not know. Remove the fields named in `errors`.',
        errors: [{ pointer: '/limits/gpus', detail: 'Unknown field.' }],
        request_id: 'r1',
      });
    });

    it.each([
      { what: 'a body over 2 MiB', body: OVERSIZED, status: 413, code: 'body_too_large' },
      { what: 'another type', body: '{}', type: 'text/plain', status: 415, code: 'unsupported_media_type' },
      { what: 'what is no JSON', body: '{"kind":', status: 400, code: 'malformed_json' },
      { what: 'a text', body: '"x"', status: 400, code: 'malformed_json' },
      { what: 'an empty body', body: '', status: 400, code: 'malformed_json' },
      { what: 'deep nesting', body: `{"labels":${DEEP}}`, status: 422, code: 'invalid_request' },
      { what: 'a tool not built', change: { tools: ['retrieval'] }, status: 422, code: 'tool_unavailable' },
      {
        what: 'a limit over its maximum',
        change: { limits: { cpus: 5 } },
        status: 422,
        code: 'invalid_request',
      },
      { what: 'a path out of the repository', change: { source: OUTSIDE }, status: 422, code: 'bad_source' },
    ])('refuses $what with $status $code', async ({ body, change, type, status, code }) => {
      const response = await api.post(body ?? JSON.stringify({ ...MINIMAL, ...change }), {
        'content-type': type ?? 'application/json; charset=utf-8',
      });
      expect(response.status).toBe(status);
      expect(Problem.parse(await response.json()).code).toBe(code);
    });

    it('refuses a compressed body, so that none can unfold', async () => {
      const response = await api.post('{}', { ...JSON_TYPE, 'content-encoding': 'gzip' });
      expect(response.status).toBe(415);
    });

    it('takes a body of exactly 2 MiB', async () => {
      const frame = JSON.stringify({ ...MINIMAL, system_prompt: '' }).length;
      const body = JSON.stringify({ ...MINIMAL, system_prompt: 'x'.repeat((2 << 20) - frame) });
      expect(Problem.parse(await (await api.post(body)).json()).code).toBe('invalid_request');
    });

    it('gives an id of its own where the request id is not harmless', async () => {
      const response = await api.get('/v1/jobs/x', { 'x-request-id': 'a b"}' });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('authentication', () => {
    it.each([
      ['no key', {}],
      ['a wrong key', { authorization: 'Bearer wrong' }],
      ['the key under another scheme', { authorization: `Basic ${API_KEY}` }],
      ['the key with something behind it', { authorization: `Bearer ${API_KEY}x` }],
    ])('answers %s with 401 and a challenge, also where there is nothing', async (_name, headers) => {
      for (const path of ['/v1/jobs/x', '/nowhere']) {
        const response = await fetch(api.url + path, { headers });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer realm="drydock"');
        expect(Problem.parse(await response.json()).code).toBe('unauthorized');
      }
    });

    it('asks for no key at /livez, /readyz and /metrics', async () => {
      const statuses = ['/livez', '/readyz', '/metrics'].map(
        async (path) => (await fetch(api.url + path)).status,
      );
      expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
    });
  });

  describe('GET /v1/jobs/{id}', () => {
    it('answers with the job, and with 304 to a caller that has it', async () => {
      const job = await api.submit();
      const response = await api.get(job.links.self);
      expect(JobJson.parse(await response.json())).toEqual(job);
      const tag = response.headers.get('etag') ?? '';
      expect((await api.get(job.links.self, { 'if-none-match': tag })).status).toBe(304);
      expect((await api.get(job.links.self, { 'if-none-match': '"other"' })).status).toBe(200);
    });

    it('answers every id that names nothing with the same 404', async () => {
      const ids = [
        UNKNOWN,
        'a:b',
        '../x',
        '%2e%2e',
        '%2e%2e%2fx',
        '..%2f..%2fetc%2fpasswd',
        '%ff',
        '%00',
        'job_01k0000000000000000000000a',
        '__proto__',
        'x'.repeat(10_240),
      ];
      const answers = await Promise.all(ids.map((id) => getRaw(`/v1/jobs/${id}`)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]?.status).toBe(404);
      expect(Problem.parse(JSON.parse(answers[0]?.body ?? '')).code).toBe('not_found');
    });
  });

  describe('GET /v1/jobs/{id}/patch', () => {
    it('is not_ready until there is a patch, and gives its bytes then', async () => {
      const job = await api.submit();
      const early = await api.get(job.links.patch);
      expect(early.status).toBe(404);
      expect(Problem.parse(await early.json()).code).toBe('not_ready');
      const diff = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+é\n';
      const worker = await api.work(job.id);
      await worker.finish(diff);
      const response = await api.get(job.links.patch);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/x-diff; charset=utf-8');
      expect(await response.text()).toBe(diff);
    });

    it('is not_found for an unknown job and for one that ended without a patch', async () => {
      const job = await api.submit();
      const worker = await api.work(job.id);
      await worker.finish();
      for (const path of [`/v1/jobs/${UNKNOWN}/patch`, job.links.patch]) {
        const response = await api.get(path);
        expect(response.status).toBe(404);
        expect(Problem.parse(await response.json()).code).toBe('not_found');
      }
    });
  });

  describe('GET /v1/jobs/{id}/events', () => {
    it('replays, follows and ends after job.finished', async () => {
      const job = await api.submit();
      const worker = await api.work(job.id);
      const stream = readIds(job.links.events);
      await worker.say(50);
      await worker.finish();
      const { ids, response, text } = await stream;
      expect(ids).toEqual(range(1, ids.length));
      expect(ids.length).toBeGreaterThan(51);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      expect(text).toMatch(/^retry: \d+\n\n/);
      expect(text.trimEnd().split('\n\n').at(-1)).toMatch(/^id: \d+\nevent: job\.finished\ndata: \{.*\}$/);
    });

    it('goes on behind Last-Event-ID or ?after= without gap or repeat', async () => {
      const job = await api.submit();
      const worker = await api.work(job.id);
      await worker.say(100);
      const first = await readIds(job.links.events, { limit: 40 });
      const lastEventId = String(first.ids.at(-1));
      const rest = readIds(job.links.events, { lastEventId });
      const restByQuery = readIds(`${job.links.events}?after=${lastEventId}`);
      await worker.say(10);
      await worker.finish();
      const { ids } = await rest;
      expect([...first.ids, ...ids]).toEqual(range(1, ids.at(-1) ?? 0));
      expect((await restByQuery).ids).toEqual(ids);
      expect(ids.length).toBeGreaterThan(10);
    });

    it('answers 204 where the job has ended and the caller has all of it', async () => {
      const job = await api.submit();
      const worker = await api.work(job.id);
      await worker.finish();
      const { ids } = await readIds(job.links.events);
      expect((await api.get(`${job.links.events}?after=${ids.at(-1)}`)).status).toBe(204);
    });

    it('sends a heartbeat to an idle client', async () => {
      const job = await api.submit();
      const response = await api.get(job.links.events);
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.includes(': heartbeat\n\n: heartbeat\n\n')) break;
      }
      expect(text).toContain('id: 1\n');
    });

    it('refuses a position that is none, and knows no unknown job', async () => {
      const job = await api.submit();
      for (const after of ['-1', 'x', '1.5', '9'.repeat(99)]) {
        expect((await api.get(`${job.links.events}?after=${after}`)).status).toBe(422);
      }
      expect((await api.get(`/v1/jobs/${UNKNOWN}/events`)).status).toBe(404);
    });

    it('drops a client that does not read, and refuses more streams than it allows', async () => {
      const job = await api.submit();
      const worker = await api.work(job.id);
      // Nearly all that a job may say.
      await worker.say(200, 'x'.repeat(16_000));
      const sleepers = [1, 2, 3].map(() => {
        const socket = connect(api.socketPath).pause();
        socket.write(
          `GET ${job.links.events} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\n\r\n`,
        );
        return socket;
      });
      await expect.poll(metric('drydock_event_streams')).toBe(3);
      const refused = await api.get(job.links.events);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('2');
      expect(Problem.parse(await refused.json()).code).toBe('overloaded');
      await expect
        .poll(metric('drydock_event_streams_ended_total{reason="client_slow"}'), { timeout: 5_000 })
        .toBe(3);
      for (const socket of sleepers) socket.destroy();
      await worker.finish();
    });
  });

  const metric = (series: string) => async () => {
    const text = await (await fetch(`${api.url}/metrics`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return Number(line?.slice(series.length));
  };

  describe('GET /metrics', () => {
    it('counts under route templates and never under what a caller sent', async () => {
      await api.get('/v1/jobs/canary-id');
      await fetch(`${api.url}/canary-path`, { method: 'PROPFIND', headers: AUTHORIZED });
      const text = await (await fetch(`${api.url}/metrics`)).text();
      expect(text).toMatch(
        /http_request_duration_seconds_count\{method="GET",route="\/v1\/jobs\/:jobId",code="404"\} \d/,
      );
      expect(text).toMatch(
        /http_request_duration_seconds_count\{method="other",route="unmatched",code="404"\} \d/,
      );
      expect(text).toMatch(/drydock_jobs_accepted_total\{kind="fix"\} [1-9]/);
      expect(text).toMatch(/drydock_build_info\{service="api",/);
      expect(text).not.toMatch(/canary|job_0|test-key/);
    });
  });
});

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactListJson, JobJson, JobListJson, Problem } from '@drydock/contracts';
import type { JobId } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { describe, expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { AUTHORIZED, JSON_TYPE, MINIMAL } from './start-api.ts';
import { useApi } from './use-api.ts';

const UNKNOWN = 'job_01K0000000000000000000000A';

describeWith('redis', 'jobs managed over HTTP', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  const codeOf = async (response: Response) => Problem.parse(await response.json()).code;

  describe('POST /v1/jobs/{id}/cancel', () => {
    it('ends a queued job with 202, and answers 200 from then on', async () => {
      const { id, links } = await api.submit();
      expect(links.cancel).toBe(`/v1/jobs/${id}/cancel`);
      const first = await api.cancel(id);
      expect(first.status).toBe(202);
      expect(JobJson.parse(await first.json())).toMatchObject({
        id,
        status: 'cancelled',
        error: null,
        result: { verified: false, patch_bytes: 0 },
      });
      const again = await api.cancel(id);
      expect([again.status, JobJson.parse(await again.json()).status]).toEqual([200, 'cancelled']);
    });

    it('answers 202 while a worker ends the job, however often it is asked', async () => {
      const { id } = await api.submit();
      const worker = await api.work(id);
      for (let times = 0; times < 3; times += 1) {
        const response = await api.cancel(id);
        expect([response.status, JobJson.parse(await response.json()).status]).toEqual([202, 'starting']);
      }
      await worker.finish('', 'cancelled');
      expect((await api.cancel(id)).status).toBe(200);
    });

    it.each(['failed', 'timed_out'] as const)('answers 409 and the state after %s', async (to) => {
      const { id } = await api.submit();
      const worker = await api.work(id);
      await worker.finish(undefined, to);
      const response = await api.cancel(id);
      expect(response.status).toBe(409);
      const { code, detail } = Problem.parse(await response.json());
      expect(code).toBe('job_finished');
      expect(detail).toContain(to);
    });

    it.each([UNKNOWN, 'a:b', '%2e%2e', '%ff', 'x'.repeat(10_240)])('knows no job %s', async (id) => {
      const response = await api.cancel(id);
      expect([response.status, await codeOf(response)]).toEqual([404, 'not_found']);
    });
  });

  describe('GET /v1/jobs', () => {
    /** Every page of a path to its end, followed by the header Link alone. */
    async function follow(path: string) {
      const ids: string[] = [];
      let next: string | undefined = path;
      for (let pages = 0; next !== undefined && pages < 100; pages += 1) {
        const response = await api.get(next);
        expect(response.status).toBe(200);
        const page = JobListJson.strict().parse(await response.json());
        ids.push(...page.data.map(({ id }) => id));
        const link = response.headers.get('link') ?? '';
        next = /^<([^>]+)>; rel="next"$/.exec(link)?.[1];
        expect(next === undefined).toBe(page.next_cursor === null);
      }
      return ids;
    }

    it('gives pages of jobs, newest first, that Link leads through with the same filters', async () => {
      const labels = { suite: 'pages&more', 'a/b': 'x:y' };
      const submitted: string[] = [];
      for (let count = 0; count < 5; count += 1) submitted.push((await api.submit({ labels })).id);
      await api.submit();
      const filter = 'label=suite:pages%26more&label=a/b:x:y';
      const ids = await follow(`/v1/jobs?limit=2&${filter}`);
      expect(ids.toSorted()).toEqual(submitted.toSorted());
      expect(ids[0]).toBe(submitted.at(-1));
      const { data } = JobListJson.parse(await (await api.get(`/v1/jobs?${filter}`)).json());
      expect(data[0]).toEqual(await (await api.get(`/v1/jobs/${ids[0]}`)).json());
    });

    it('filters by status, kind and time', async () => {
      const labels = { suite: 'filters' };
      const [review, fix] = [await api.submit({ labels, kind: 'review' }), await api.submit({ labels })];
      await api.cancel(fix.id);
      const list = (query: string) => follow(`/v1/jobs?label=suite:filters&${query}`);
      expect(await list('status=cancelled')).toEqual([fix.id]);
      expect(await list('status=cancelled,queued')).toEqual([fix.id, review.id]);
      expect(await list('kind=review')).toEqual([review.id]);
      expect(await list('created_after=2100-01-01T00:00:00Z')).toEqual([]);
      expect(await list('created_before=2100-01-01T00:00:00Z')).toHaveLength(2);
    });

    it.each([
      ['limit=-1', 'invalid_request', '/limit'],
      ['limit=1e3', 'invalid_request', '/limit'],
      ['status=done', 'invalid_request', '/status/0'],
      ['cursor=..%2f..', 'invalid_request', '/cursor'],
      [`cursor=${'x'.repeat(10_000)}`, 'invalid_request', '/cursor'],
      ['state=queued', 'unknown_field', '/state'],
      ['__proto__=1', 'unknown_field', '/__proto__'],
    ])('refuses ?%s with 422', async (query, code, pointer) => {
      const response = await api.get(`/v1/jobs?${query}`);
      expect(response.status).toBe(422);
      expect(Problem.parse(await response.json())).toMatchObject({ code, errors: [{ pointer }] });
    });

    it('needs the key', async () => {
      expect((await fetch(`${api.url}/v1/jobs`)).status).toBe(401);
    });
  });

  describe('artifacts', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

    it('are listed with size, digest and link, while the job runs and after it', async () => {
      const job = await api.submit();
      const list = async () =>
        ArtifactListJson.strict().parse(await (await api.get(job.links.artifacts)).json()).data;
      expect(await list()).toEqual([]);
      const worker = await api.work(job.id);
      await worker.keep('log.txt', 'é\n');
      const log = {
        object: 'artifact',
        name: 'log.txt',
        bytes: 3,
        sha256: sha256('é\n'),
        link: `${job.links.artifacts}/log.txt`,
      };
      expect(await list()).toEqual([log]);
      await worker.finish('diff');
      expect(await list()).toEqual([expect.objectContaining({ name: 'patch.diff', bytes: 4 }), log]);
    });

    it.each([
      ['patch.diff', 'text/x-diff; charset=utf-8'],
      ['plan.json', 'application/json; charset=utf-8'],
      ['transcript.jsonl', 'application/x-ndjson; charset=utf-8'],
      ['log.txt', 'text/plain; charset=utf-8'],
    ] as const)('gives %s as %s, with its size and its digest as entity tag', async (name, type) => {
      const job = await api.submit();
      const worker = await api.work(job.id);
      const text = `{"a": "é"}\n`.repeat(40_000);
      await worker.keep(name, text);
      const path = `${job.links.artifacts}/${name}`;
      const response = await api.get(path);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': type,
        'content-length': String(Buffer.byteLength(text)),
        'content-disposition': `attachment; filename=${job.id}-${name}`,
        'x-content-type-options': 'nosniff',
        etag: `"${sha256(text)}"`,
      });
      expect(await response.text()).toBe(text);
      const known = await api.get(path, { 'if-none-match': `"${sha256(text)}"` });
      expect([known.status, await known.text()]).toEqual([304, '']);
      const head = await fetch(api.url + path, { method: 'HEAD', headers: AUTHORIZED });
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    });

    it('gives an empty one', async () => {
      const job = await api.submit();
      await (await api.work(job.id)).keep('log.txt', '');
      const response = await api.get(`${job.links.artifacts}/log.txt`);
      expect([response.headers.get('content-length'), await response.text()]).toEqual(['0', '']);
    });

    it('is cut before its end where its bytes are damaged', async () => {
      const job = await api.submit();
      const digest = await (await api.work(job.id)).keep('log.txt', 'x'.repeat(200_000));
      await writeFile(join(api.artifactsDir, digest.slice(0, 2), digest), 'y'.repeat(200_000));
      const response = await api.get(`${job.links.artifacts}/log.txt`);
      await expect(response.text()).rejects.toThrow('terminated');
    });

    it('are not_ready while they may come, and not_found after that or under another name', async () => {
      const job = await api.submit();
      const get = async (name: string) => {
        const response = await api.get(`${job.links.artifacts}/${name}`);
        expect(response.status).toBe(404);
        return codeOf(response);
      };
      expect(await get('plan.json')).toBe('not_ready');
      for (const name of [
        'plan',
        'PLAN.JSON',
        '__proto__',
        '..%2f..%2fetc%2fpasswd',
        '%00',
        'x'.repeat(9_000),
      ]) {
        expect(await get(name), name).toBe('not_found');
      }
      await api.cancel(job.id);
      expect(await get('plan.json')).toBe('not_found');
      expect((await api.get(`/v1/jobs/${UNKNOWN}/artifacts`)).status).toBe(404);
      expect((await api.get(`/v1/jobs/${UNKNOWN}/artifacts/log.txt`)).status).toBe(404);
    });
  });

  describe('an Idempotency-Key', () => {
    const post = (key: string, change: object = {}) =>
      api.post(JSON.stringify({ ...MINIMAL, ...change }), { ...JSON_TYPE, 'idempotency-key': key });

    it('makes one job of 50 requests at once, all answered alike', async () => {
      const responses = await Promise.all(Array.from({ length: 50 }, () => post('fifty')));
      const bodies = await Promise.all(responses.map((response) => response.text()));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(bodies).size).toBe(1);
      const replayed = responses.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
      expect(replayed).toHaveLength(49);
    });

    it('is answered with the same body when the job has gone on', async () => {
      const first = await (await post('later')).text();
      await api.cancel((JSON.parse(first) as { id: JobId }).id);
      const again = await post('later');
      expect(again.headers.get('location')).toBe(JobJson.parse(JSON.parse(first)).links.self);
      expect(await again.text()).toBe(first);
    });

    it('is refused with another body, and when it is none', async () => {
      await post('other');
      const mismatch = await post('other', { instruction: 'Something else.' });
      expect([mismatch.status, await codeOf(mismatch)]).toEqual([422, 'idempotency_mismatch']);
      for (const key of ['', 'x'.repeat(256)]) {
        const response = await post(key);
        expect([response.status, await codeOf(response)]).toEqual([422, 'invalid_request']);
      }
      expect((await post('x'.repeat(255))).status).toBe(202);
    });

    it('is not used up by a request that was refused', async () => {
      expect((await post('again', { kind: 'mend' })).status).toBe(422);
      expect((await post('again')).status).toBe(202);
    });
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Problem } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { describe, expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { API_KEY, AUTHORIZED, JSON_TYPE, MINIMAL } from './start-api.ts';
import { useApi } from './use-api.ts';

const KEY_HEADER = `authorization: Bearer ${API_KEY}\r\n`;

describeWith('redis', 'bad input', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  /** Sends bytes as they are and gives what comes back until the server hangs up. */
  async function sendRaw(bytes: string, later?: string) {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(api.url).port) });
    socket.write(bytes);
    if (later !== undefined) socket.once('data', () => socket.write(later));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    await once(socket, 'close', { signal: AbortSignal.timeout(15_000) });
    const [head = '', body = ''] = text.split('\r\n\r\n', 2);
    return { status: Number(head.split(' ', 2)[1]), head, body };
  }

  const expectProblem = (answer: { head: string; body: string }, code: string) => {
    expect(answer.head).toContain('application/problem+json');
    expect(Problem.parse(JSON.parse(answer.body))).toMatchObject({
      code,
      request_id: expect.any(String) as string,
    });
  };

  describe('limits', () => {
    const names = ['timeout_seconds', 'memory_mb', 'cpus', 'disk_mb', 'max_turns', 'max_tokens_total'];
    const values = [-1, 0, 1e12, '1e3', '1', null, true, [1], {}];
    it.each(names.flatMap((name) => values.map((value) => ({ name, value }))))(
      'refuses $name of $value with 422 and its pointer',
      async ({ name, value }) => {
        const response = await api.post(JSON.stringify({ ...MINIMAL, limits: { [name]: value } }));
        expect(response.status).toBe(422);
        expect(Problem.parse(await response.json())).toMatchObject({
          code: 'invalid_request',
          errors: [{ pointer: `/limits/${name}` }],
        });
      },
    );

    it.each(['1e999', '-1e999', 'NaN', 'Infinity', '0x10', '01'])('refuses the number %s', async (text) => {
      const body = `{"limits":{"cpus":${text}},${JSON.stringify(MINIMAL).slice(1)}`;
      expect([400, 422]).toContain((await api.post(body)).status);
    });
  });

  describe('bodies', () => {
    it.each([
      ['a byte order mark', `\uFEFF${JSON.stringify(MINIMAL)}`, 400, 'malformed_json'],
      ['an array', '[]', 422, 'invalid_request'],
      ['null', 'null', 400, 'malformed_json'],
      ['two documents', '{}{}', 400, 'malformed_json'],
      ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'malformed_json'],
    ])('refuses %s', async (_name, body, status, code) => {
      const response = await fetch(`${api.url}/v1/jobs`, {
        method: 'POST',
        body,
        headers: { ...AUTHORIZED, ...JSON_TYPE },
      });
      expect([response.status, Problem.parse(await response.json()).code]).toEqual([status, code]);
    });

    it.each(['gzip', 'deflate', 'br', 'x'])(
      'refuses content encoding %s before it reads',
      async (encoding) => {
        const body = gzipSync(Buffer.alloc(64 << 20));
        const response = await fetch(`${api.url}/v1/jobs`, {
          method: 'POST',
          body,
          headers: { ...AUTHORIZED, ...JSON_TYPE, 'content-encoding': encoding },
        });
        expect([response.status, Problem.parse(await response.json()).code]).toEqual([
          415,
          'unsupported_media_type',
        ]);
      },
    );
  });

  describe('methods', () => {
    it.each([
      ['DELETE', '/v1/jobs', 'GET, HEAD, POST'],
      ['PUT', '/v1/jobs/x', 'GET, HEAD'],
      ['GET', '/v1/jobs/x/cancel', 'POST'],
      ['POST', '/v1/jobs/x/events', 'GET, HEAD'],
      ['PATCH', '/v1/jobs/x/patch', 'GET, HEAD'],
      ['POST', '/v1/jobs/x/artifacts', 'GET, HEAD'],
      ['DELETE', '/v1/jobs/x/artifacts/log.txt', 'GET, HEAD'],
      ['OPTIONS', '/v1/jobs', 'GET, HEAD, POST'],
      ['POST', '/livez', 'GET, HEAD'],
    ])('answers %s %s with 405 and what is allowed', async (method, path, allow) => {
      const response = await fetch(api.url + path, { method, headers: AUTHORIZED });
      expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
      expect(Problem.parse(await response.json()).code).toBe('method_not_allowed');
    });

    it('says nothing about methods to a caller without the key', async () => {
      expect((await fetch(`${api.url}/v1/jobs`, { method: 'DELETE' })).status).toBe(401);
    });
  });

  describe('positions in an event stream', () => {
    const hostile = ['-1', '+1', '1.5', '1e3', 'x', '', '0x1', '1'.repeat(16), '1,2', 'null', '%31'];
    it.each([...hostile, '٣', '\n1'])('refuses ?after=%j with 422', async (value) => {
      const { links } = await api.submit();
      const response = await api.get(`${links.events}?after=${encodeURIComponent(value)}`);
      expect([response.status, Problem.parse(await response.json()).code]).toEqual([422, 'invalid_request']);
    });

    it.each(hostile)('refuses %j as Last-Event-ID with 422', async (value) => {
      const { links } = await api.submit();
      expect((await api.get(links.events, { 'last-event-id': value })).status).toBe(422);
    });

    it('refuses more than one ?after=', async () => {
      const { links } = await api.submit();
      expect((await api.get(`${links.events}?after=1&after=2`)).status).toBe(422);
    });

    it('waits behind a position that no event has yet, and ends with the job', async () => {
      const job = await api.submit();
      const stream = api.get(`${job.links.events}?after=999999999999999`);
      await api.cancel(job.id);
      expect(await (await stream).text()).not.toContain('id:');
      expect((await api.get(`${job.links.events}?after=999999999999999`)).status).toBe(204);
    });

    it('takes the header where both are sent', async () => {
      const job = await api.submit();
      await api.cancel(job.id);
      const response = await api.get(`${job.links.events}?after=0`, { 'last-event-id': '2' });
      expect(await response.text()).toMatch(/^retry: \d+\n\nid: 3\n/);
    });
  });

  describe('what is no HTTP', () => {
    it.each([
      ['a bad request line', 'HELLO\r\n\r\n'],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc'],
      ['two lengths', `POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n`],
      [
        'a length and chunks',
        `POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n`,
      ],
      ['a folded header', 'GET /livez HTTP/1.1\r\nhost: x\r\nx-a: b\r\n c\r\n\r\n'],
      ['a NUL in a header', 'GET /livez HTTP/1.1\r\nhost: x\r\nx-a: \0\r\n\r\n'],
    ])('is answered with 400 and hung up on: %s', async (_name, bytes) => {
      const answer = await sendRaw(bytes);
      expect(answer.status).toBe(400);
      expectProblem(answer, 'malformed_request');
    });

    it('is answered with 431 where the headers are too large', async () => {
      const answer = await sendRaw(`GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`);
      expect(answer.status).toBe(431);
      expectProblem(answer, 'headers_too_large');
    });

    it('is answered with 408 within 13 s where the headers do not come to an end', async () => {
      const startedAt = performance.now();
      const answer = await sendRaw(`GET /livez HTTP/1.1\r\n${KEY_HEADER}`);
      expect(performance.now() - startedAt).toBeLessThan(13_000);
      expect(answer.status).toBe(408);
      expectProblem(answer, 'request_timeout');
    });

    it('does not get an answer into the middle of another one', async () => {
      const { links } = await api.submit();
      const stream = `GET ${links.events} HTTP/1.1\r\nhost: x\r\n${KEY_HEADER}\r\n`;
      const answer = await sendRaw(stream, 'HELLO\r\n\r\n');
      expect(answer.status).toBe(200);
      expect(answer.body).not.toContain('malformed_request');
    });
  });
});

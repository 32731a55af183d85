import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Problem, UploadJson } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { AUTHORIZED, MAX_UPLOAD_BYTES, MINIMAL } from './start-api.ts';
import { useApi } from './use-api.ts';

const ARCHIVE = gzipSync(Buffer.alloc(10_240));
const GZIP = { 'content-type': 'application/gzip' };
const BUNDLE = { 'content-type': 'application/x-git-bundle' };

describeWith('redis', 'POST /v1/uploads', () => {
  let api: TestApi;
  useApi((started) => (api = started));

  const upload = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = GZIP) => {
    const init = { method: 'POST', body, headers: { ...AUTHORIZED, ...headers }, duplex: 'half' as const };
    return fetch(`${api.url}/v1/uploads`, init);
  };

  const stored = () => readdirSync(api.artifactsDir, { recursive: true }).map(String).toSorted();

  /** A stream of a size that no header tells. */
  const stream = (bytes: number) =>
    new ReadableStream({
      start: (controller) => {
        for (let sent = 0; sent < bytes; sent += 65_536) {
          const chunk = Buffer.alloc(Math.min(65_536, bytes - sent));
          if (sent === 0) ARCHIVE.copy(chunk);
          controller.enqueue(chunk);
        }
        controller.close();
      },
    });

  it('answers 201 with what it kept, byte for byte', async () => {
    const response = await upload(ARCHIVE);
    expect(response.status).toBe(201);
    const json = UploadJson.parse(await response.json());
    expect(json).toMatchObject({
      object: 'upload',
      format: 'tar.gz',
      bytes: ARCHIVE.length,
      sha256: createHash('sha256').update(ARCHIVE).digest('hex'),
    });
    expect(Buffer.from(await api.artifacts.get(json.sha256))).toEqual(ARCHIVE);
  });

  it('can be named by a job, with a ref where there is history', async () => {
    const { id, sha256 } = UploadJson.parse(await (await upload('# v2 git bundle\n\nPACK', BUNDLE)).json());
    const source = { type: 'upload', upload_id: id, ref: 'main' };
    const response = await api.post(JSON.stringify({ ...MINIMAL, source }));
    expect(response.status).toBe(202);
    const job = await api.find(((await response.json()) as { id: never }).id);
    expect(job?.spec.source).toEqual({
      type: 'upload',
      digest: sha256,
      bytes: 21,
      format: 'bundle',
      ref: 'main',
    });
  });

  it('is bad_source for a job where it is unknown, and where an archive shall have a ref', async () => {
    const { id } = UploadJson.parse(await (await upload(ARCHIVE)).json());
    for (const [source, pointer] of [
      [{ type: 'upload', upload_id: 'upl_01K0000000000000000000000A' }, '/source/upload_id'],
      [{ type: 'upload', upload_id: id, ref: 'main' }, '/source/ref'],
      [{ type: 'git', url: 'file:///etc' }, '/source/url'],
    ] as const) {
      const response = await api.post(JSON.stringify({ ...MINIMAL, source }));
      const problem = Problem.parse(await response.json());
      expect([response.status, problem.code, problem.errors?.[0]?.pointer]).toEqual([
        422,
        'bad_source',
        pointer,
      ]);
    }
  });

  it.each([
    ['another type', 'x', { 'content-type': 'application/zip' }, 415, 'unsupported_media_type'],
    ['a compression around it', 'x', { ...GZIP, 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['an empty body', '', GZIP, 422, 'bad_source'],
    ['what is no gzip', 'PK..', GZIP, 422, 'bad_source'],
    ['what is no bundle', '# v9 git bundle\n', BUNDLE, 422, 'bad_source'],
    ['less than a first line', '# v2', BUNDLE, 422, 'bad_source'],
  ])('refuses %s and keeps nothing', async (_, body, headers, status, code) => {
    const before = stored();
    const response = await upload(body, headers);
    expect([response.status, Problem.parse(await response.json()).code]).toEqual([status, code]);
    expect(stored()).toEqual(before);
  });

  it('takes exactly the largest size, and refuses a byte more however it is sent', async () => {
    expect((await upload(stream(MAX_UPLOAD_BYTES))).status).toBe(201);
    const before = stored();
    const told = Buffer.alloc(MAX_UPLOAD_BYTES + 1);
    ARCHIVE.copy(told);
    for (const body of [stream(MAX_UPLOAD_BYTES + 1), told]) {
      const response = await upload(body);
      expect([response.status, Problem.parse(await response.json()).code]).toEqual([413, 'body_too_large']);
    }
    expect(stored()).toEqual(before);
  });

  it('leaves nothing of one that breaks off', async () => {
    const before = stored();
    const request = httpRequest(`${api.url}/v1/uploads`, {
      method: 'POST',
      headers: { ...AUTHORIZED, ...GZIP },
    });
    request.on('error', () => undefined);
    request.write(ARCHIVE);
    await expect.poll(() => stored().length).toBe(before.length + 1);
    request.destroy();
    await expect.poll(stored).toEqual(before);
  });

  it('needs the key', async () => {
    expect((await upload(ARCHIVE, { ...GZIP, authorization: 'Bearer wrong' })).status).toBe(401);
  });
});

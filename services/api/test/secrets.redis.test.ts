import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditListJson, JobJson, Problem, SecretJson, SecretListJson } from '@drydock/contracts';
import { openQueue } from '@drydock/queue';
import { Secret, SecretOpener, SecretSealer, newSecretKeys } from '@drydock/service-kit';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { ApiProcess } from './api-process.ts';
import type { TestApi } from './start-api.ts';
import { API_KEY, AUTHORIZED, JSON_TYPE, MINIMAL } from './start-api.ts';
import { useApi } from './use-api.ts';

const VALUE = 'canary-value-4711-do-not-show';

describeWith('redis', 'secrets over HTTP', () => {
  const keys = newSecretKeys();
  let redis: ThrowawayRedis;
  let api: TestApi;
  useApi((started, server) => ([api, redis] = [started, server]), {
    sealer: new SecretSealer(keys.publicKey),
  });

  const put = (name: string, body: unknown, url = api.url) =>
    fetch(`${url}/v1/secrets/${name}`, {
      method: 'PUT',
      headers: { ...AUTHORIZED, ...JSON_TYPE },
      body: JSON.stringify(body),
    });
  const remove = (name: string) =>
    fetch(`${api.url}/v1/secrets/${name}`, { method: 'DELETE', headers: AUTHORIZED });
  const list = async () => SecretListJson.parse(await (await api.get('/v1/secrets')).json()).data;
  const problemOf = async (response: Response) => {
    const { code, errors } = Problem.parse(await response.json());
    return [response.status, code, errors?.map(({ pointer }) => pointer)] as const;
  };

  it('are set with 201, replaced with 200, listed without their value, and deleted once', async () => {
    const first = await put('NPM_TOKEN', { value: VALUE, hosts: ['registry.example.test'] });
    const created = SecretJson.parse(await first.json());
    expect([first.status, created]).toMatchObject([
      201,
      { name: 'NPM_TOKEN', hosts: ['registry.example.test'], version: 1 },
    ]);
    const second = await put('NPM_TOKEN', { value: 'another' });
    const replaced = SecretJson.parse(await second.json());
    expect([second.status, replaced]).toEqual([
      200,
      { ...created, hosts: [], version: 2, updated_at: replaced.updated_at },
    ]);
    expect(await list()).toEqual([replaced]);
    expect((await remove('NPM_TOKEN')).status).toBe(204);
    expect((await remove('NPM_TOKEN')).status).toBe(404);
    expect(await list()).toEqual([]);
    const { data } = AuditListJson.parse(await (await api.get('/v1/audit')).json());
    expect(data.map(({ action, subject }) => [action, subject.secret])).toEqual([
      ['secret.set', 'NPM_TOKEN'],
      ['secret.set', 'NPM_TOKEN'],
      ['secret.deleted', 'NPM_TOKEN'],
    ]);
  });

  it('can be opened by who has the private key, and only as what they are', async () => {
    await put('OPENED', { value: VALUE, hosts: ['a.test'] });
    await using queue = closing(openQueue({ url: redis.url }));
    const [record] = await queue.opened.secrets.find(['OPENED']);
    if (record === undefined) throw new Error('not stored');
    const opener = new SecretOpener(new Secret(keys.privateKey));
    const context = { tenant: 'default', name: 'OPENED', hosts: ['a.test'] };
    expect(opener.open(context, record.sealed)?.reveal()).toBe(VALUE);
    expect(opener.open({ ...context, hosts: ['evil.test'] }, record.sealed)).toBeUndefined();
  });

  it('are nowhere in the files of Redis, in answers, in metrics or in the audit log', async () => {
    await put('HIDDEN', { value: VALUE });
    const bodies = await Promise.all(
      ['/v1/secrets', '/v1/audit', '/metrics'].map(async (path) => (await api.get(path)).text()),
    );
    const files = await readStoredFiles(redis.url);
    expect(files).toContain('HIDDEN');
    for (const text of [...bodies, files]) expect(text).not.toContain(VALUE);
  });

  it.each<[string, unknown, number, string]>([
    ['lower', { value: 'x' }, 422, 'invalid_request'],
    ['A'.repeat(65), { value: 'x' }, 422, 'invalid_request'],
    ['EMPTY', { value: '' }, 422, 'invalid_request'],
    ['LARGE', { value: 'x'.repeat((16 << 10) + 1) }, 422, 'invalid_request'],
    ['WIDE', { value: 'ü'.repeat(8 << 10) + 'x' }, 422, 'invalid_request'],
    ['HOSTS', { value: 'x', hosts: ['https://a.test/'] }, 422, 'invalid_request'],
    ['MORE', { value: 'x', scope: 'all' }, 422, 'unknown_field'],
    ['HUGE', { value: 'x'.repeat(200 << 10) }, 413, 'body_too_large'],
  ])('refuses what is none: %s', async (name, body, status, code) => {
    expect((await problemOf(await put(name, body))).slice(0, 2)).toEqual([status, code]);
  });

  it('does not repeat a value that it refuses', async () => {
    const text = await (await put('TWICE', { value: VALUE, hosts: [VALUE.toUpperCase()] })).text();
    expect(text.toLowerCase()).not.toContain(VALUE);
  });

  it('are named by jobs; a name that there is not is 422 and says which', async () => {
    await put('KNOWN', { value: VALUE });
    const submit = (secrets: unknown) => api.post(JSON.stringify({ ...MINIMAL, secrets }));
    const refused = await problemOf(await submit(['KNOWN', 'UNKNOWN']));
    expect(refused).toEqual([422, 'invalid_request', ['/secrets/1']]);
    const accepted = await submit(['KNOWN']);
    const job = JobJson.parse(await accepted.json());
    expect([accepted.status, (await api.find(job.id))?.spec.secrets]).toEqual([202, ['KNOWN']]);
    expect((await submit(Array.from({ length: 33 }, () => 'KNOWN'))).status).toBe(422);
  });

  it('are refused beyond as many as may be', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `MANY_${index}`);
    await Promise.all(names.map((name) => put(name, { value: 'x' })));
    expect(await problemOf(await put('ONE_MORE', { value: 'x' }))).toEqual([
      409,
      'too_many_secrets',
      undefined,
    ]);
    expect((await put('MANY_0', { value: 'y' })).status).toBe(200);
  });

  it('cannot be set without a public key, nor does a process start with a private one in its place', async () => {
    await using own = await ThrowawayRedis.start();
    const env = { DRYDOCK_API_KEY: API_KEY, DRYDOCK_DATA_DIR: dirname(own.url), REDIS_URL: own.url };
    await using plain = new ApiProcess(env);
    expect(await problemOf(await put('X', { value: VALUE }, await plain.url()))).toEqual([
      503,
      'secrets_unavailable',
      undefined,
    ]);
    await using wrong = new ApiProcess({ ...env, DRYDOCK_SECRETS_PUBLIC_KEY: keys.privateKey });
    const { code, output } = await wrong.ended;
    expect([code, output]).toEqual([
      78,
      expect.stringContaining('DRYDOCK_SECRETS_PUBLIC_KEY has a wrong value'),
    ]);
    expect(output).not.toContain(keys.privateKey.split('\n')[1]);
    await using right = new ApiProcess({ ...env, DRYDOCK_SECRETS_PUBLIC_KEY: keys.publicKey });
    expect((await put('X', { value: VALUE }, await right.url())).status).toBe(201);
    expect(right.output + plain.output).not.toContain(VALUE);
  });
});

const closing = (opened: ReturnType<typeof openQueue>) => ({
  opened,
  [Symbol.asyncDispose]: () => opened.close(),
});

/** The append-only file: what a stolen disk has. */
async function readStoredFiles(socket: string): Promise<string> {
  const dir = join(dirname(socket), 'appendonlydir');
  const names = await readdir(dir);
  return (await Promise.all(names.map((name) => readFile(join(dir, name), 'latin1')))).join('');
}

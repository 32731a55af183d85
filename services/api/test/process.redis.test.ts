import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiProcess } from './api-process.ts';
import { API_KEY, AUTHORIZED, JSON_TYPE, MINIMAL } from './start-api.ts';

describeWith('redis', 'the API process', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'drydock-api-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  const start = (env: Readonly<Record<string, string>>) =>
    new ApiProcess({ DRYDOCK_API_KEY: API_KEY, DRYDOCK_DATA_DIR: dataDir, ...env });

  const submitTo = (url: string) =>
    fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { ...AUTHORIZED, ...JSON_TYPE },
      body: JSON.stringify(MINIMAL),
    });

  it('refuses to start without its settings, names each, and exits with 78', async () => {
    await using api = start({ DRYDOCK_API_KEY: '', DRYDOCK_API_PORT: 'x' });
    const { code, output } = await api.ended;
    expect(code).toBe(78);
    expect(output).toMatch(
      /REDIS_URL is not set[\s\S]*DRYDOCK_API_PORT has a wrong value[\s\S]*DRYDOCK_API_KEY is not set/,
    );
  });

  it.each([
    ['appendonly', ['--appendonly', 'no']],
    ['appendfsync', ['--appendfsync', 'everysec']],
    ['maxmemory-policy', ['--maxmemory-policy', 'allkeys-lru']],
  ])(
    'refuses a Redis whose %s could lose a job, before it listens, and exits with 78',
    async (setting, flags) => {
      await using redis = await ThrowawayRedis.start(flags);
      await using api = start({ REDIS_URL: redis.url });
      const { code, output } = await api.ended;
      expect(code).toBe(78);
      expect(output).toContain(setting);
      expect(output).not.toContain('api.listening');
    },
  );

  it('names the variable of a port that is in use and exits with 78', async () => {
    await using redis = await ThrowawayRedis.start();
    await using blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    await using api = start({ REDIS_URL: redis.url, DRYDOCK_API_PORT: String(port) });
    const { code, output } = await api.ended;
    expect(code).toBe(78);
    expect(output).toContain(`DRYDOCK_API_PORT names port ${port}, which is in use`);
  });

  it('starts while Redis is down, accepts nothing, and becomes ready by itself', async () => {
    await using redis = await ThrowawayRedis.start();
    await redis.kill();
    await using api = start({ REDIS_URL: redis.url });
    const url = await api.url();
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await submitTo(url)).status).toBe(503);
    await redis.restart();
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 10_000 }).toBe(200);
    expect((await submitTo(url)).status).toBe(202);
    expect(api.output).not.toContain(API_KEY);
  });

  it('refuses a Redis that comes up later and could lose a job', async () => {
    await using redis = await ThrowawayRedis.start(['--appendfsync', 'no']);
    await redis.kill();
    await using api = start({ REDIS_URL: redis.url });
    await api.url();
    await redis.restart();
    expect((await api.ended).code).toBe(78);
  });

  it.each(['SIGTERM', 'SIGINT', 'the end of stdin'] as const)(
    'ends on %s with open streams and connections, in order and with 0',
    async (how) => {
      await using redis = await ThrowawayRedis.start();
      await using api = start({ REDIS_URL: redis.url });
      const url = await api.url();
      const job = (await (await submitTo(url)).json()) as { links: { events: string } };
      const stream = await fetch(url + job.links.events, { headers: AUTHORIZED });
      const startedAt = performance.now();
      if (how === 'the end of stdin') api.child.stdin?.end();
      else api.child.kill(how);
      const [{ code, output }, text] = await Promise.all([api.ended, stream.text()]);
      expect(code).toBe(0);
      expect(output).toContain('"event":"shutdown.finished","clean":true');
      expect(text).toContain('event: job.state_changed');
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    },
  );

  it('ends in order and with 0 also while Redis is away', async () => {
    await using redis = await ThrowawayRedis.start();
    await using api = start({ REDIS_URL: redis.url });
    await api.url();
    await redis.kill();
    api.child.kill('SIGTERM');
    expect((await api.ended).code).toBe(0);
  });
});

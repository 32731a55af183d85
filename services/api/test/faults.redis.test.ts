import { Problem } from '@drydock/contracts';
import type { JobJson } from '@drydock/contracts';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from './start-api.ts';
import { MINIMAL, digestOf, startApi } from './start-api.ts';

const DEADLINE_MS = 3_500;

describeWith('redis', 'the API while Redis is away', () => {
  let redis: ThrowawayRedis;
  let api: TestApi;
  beforeEach(async () => {
    redis = await ThrowawayRedis.start();
    api = await startApi(redis.url);
  });
  afterEach(async () => {
    await api[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  const expectUnavailable = async (request: () => Promise<Response>) => {
    const startedAt = performance.now();
    const response = await request();
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = Problem.parse(await response.json());
    expect(problem.code).toBe('store_unavailable');
    expect(JSON.stringify(problem)).not.toContain(redis.url);
  };

  const stopRedis = {
    killed: () => redis.kill(),
    frozen: () => Promise.resolve(redis.freeze()),
  };

  describe.each(['killed', 'frozen'] as const)('%s', (how) => {
    it('answers every request with 503 and Retry-After in time, and is alive', async () => {
      const job = await api.submit();
      await stopRedis[how]();
      await Promise.all([
        expectUnavailable(() => api.post(JSON.stringify(MINIMAL))),
        expectUnavailable(() => api.get(job.links.self)),
        expectUnavailable(() => api.get(job.links.events)),
        expectUnavailable(() => api.get(job.links.patch)),
      ]);
      expect((await fetch(`${api.url}/livez`)).status).toBe(200);
      redis.thaw();
      await redis.restart();
    });

    it('is not ready within a second, and ready again by itself', async () => {
      await stopRedis[how]();
      const startedAt = performance.now();
      expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
      redis.thaw();
      await redis.restart();
      await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { timeout: 5_000 }).toBe(200);
      expect((await api.submit()).status).toBe('queued');
    });
  });

  it('still has every job that it answered with 202 when Redis is killed at once', async () => {
    const jobs: JobJson[] = [];
    for (let count = 0; count < 20; count += 1) jobs.push(await api.submit());
    await redis.kill();
    await redis.restart();
    await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { timeout: 5_000 }).toBe(200);
    for (const job of jobs) {
      const found = await api.find(job.id);
      expect(found?.spec.instruction).toBe(MINIMAL.instruction);
      expect(found && (await api.artifacts.get(digestOf(found))).length).toBeGreaterThan(0);
    }
  });

  it('ends event streams, so that clients come back to where they were', async () => {
    const job = await api.submit();
    const response = await api.get(job.links.events);
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('id: 1\n')) await redis.kill();
    }
    expect(text).toContain('id: 1\n');
    expect(text).not.toContain('job.finished');
    await redis.restart();
    await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { timeout: 5_000 }).toBe(200);
    expect((await api.get(job.links.events, { 'last-event-id': '1' })).status).toBe(200);
  });
});

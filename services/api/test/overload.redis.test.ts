import { readdir } from 'node:fs/promises';
import { Problem } from '@drydock/contracts';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import { JSON_TYPE, MINIMAL, startApi } from './start-api.ts';

const MAX_QUEUED = 5;

describeWith('redis', 'the API when there is no room', () => {
  const expectRefused = async (response: Response, status: number, code: string) => {
    expect(response.status).toBe(status);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(Problem.parse(await response.json())).toMatchObject({ status, code });
  };

  it('answers 50 submissions at once with 202 as often as jobs may wait, else with 429 and when to come back', async () => {
    await using redis = await ThrowawayRedis.start();
    await using api = await startApi(redis.url, { maxQueued: MAX_QUEUED });
    const submit = (i: number) =>
      api.post(JSON.stringify({ ...MINIMAL, instruction: `Do ${i}.` }), {
        ...JSON_TYPE,
        'idempotency-key': `key-${i}`,
      });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => submit(i)));
    const accepted = answers.flatMap(({ status }, i) => (status === 202 ? [i] : []));
    expect(accepted).toHaveLength(MAX_QUEUED);
    for (const answer of answers) if (answer.status !== 202) await expectRefused(answer, 429, 'queue_full');

    const again = await submit(accepted[0] ?? -1);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expect((await fetch(`${api.url}/readyz`)).status, 'a full queue is still served').toBe(200);
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toContain(`drydock_jobs_refused_total{reason="queue_full"} ${50 - MAX_QUEUED}`);
  });

  it('writes no source of a job that it has no room for', async () => {
    await using redis = await ThrowawayRedis.start();
    await using api = await startApi(redis.url, { maxQueued: 1 });
    await api.submit();
    const before = await readdir(api.artifactsDir);
    const files = [{ path: 'b.txt', content: 'other' }];
    await expectRefused(
      await api.post(JSON.stringify({ ...MINIMAL, source: { type: 'files', files } })),
      429,
      'queue_full',
    );
    expect(await readdir(api.artifactsDir)).toEqual(before);
  });

  it('answers with 503 store_full when Redis has no memory for one more, is not ready, and still serves what it has', async () => {
    await using redis = await ThrowawayRedis.start(['--maxmemory', '3mb']);
    await using api = await startApi(redis.url);
    const job = await api.submit();
    const instruction = 'x'.repeat(90_000);
    let refused: Response | undefined;
    for (let i = 0; i < 100 && refused === undefined; i += 1) {
      const response = await api.post(JSON.stringify({ ...MINIMAL, instruction }));
      if (response.status !== 202) refused = response;
    }
    if (refused === undefined) throw new Error('The store took everything.');
    await expectRefused(refused, 503, 'store_full');
    // The last bytes of room are too few for a large job, and enough for small ones; what runs still takes some of them.
    await (await api.work(job.id)).say(10, 'x'.repeat(16_000));
    await expectRefused(await api.post(JSON.stringify(MINIMAL)), 503, 'store_full');
    await expectRefused(await fetch(`${api.url}/readyz`), 503, 'store_full');
    expect((await api.get(job.links.self)).status).toBe(200);
    expect((await api.cancel(job.id)).status).toBe(202);
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toMatch(/drydock_jobs_refused_total\{reason="store_full"\} [1-9]/);
  });
});

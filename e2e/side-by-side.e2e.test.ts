import { once } from 'node:events';
import type { JobRequest } from '@drydock/contracts';
import { ThrowawayRedis } from '@drydock/testing';
import { describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { findTraces, listContainers, startE2eStack } from './src/e2e-stack.ts';

const JOBS = 2;
const LOOK_EVERY_MS = 300;
/** Little work that is proven all the same: whose it is is what counts here. */
const NOTE: Partial<JobRequest> = {
  kind: 'implement',
  model: 'scripted/note-ts',
  checks: { test: ['true'], lint: [] },
};

/** Runs jobs in an installation and says which containers it had meanwhile, as Docker names them. */
async function work(e2e: E2eStack): Promise<{ states: string[]; containers: Set<string> }> {
  const submitted = await Promise.all(Array.from({ length: JOBS }, () => e2e.submit(NOTE)));
  const containers = new Set<string>();
  const finished = Promise.all(submitted.map(({ id }) => e2e.finish(id)));
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const id of await listContainers(e2e.stack.data.instanceId)) containers.add(id);
      await once(AbortSignal.timeout(LOOK_EVERY_MS), 'abort');
    }
  })();
  const jobs = await finished.finally(() => over.abort());
  await watching;
  return { states: jobs.map(({ job }) => `${job.status} ${job.result?.verified}`), containers };
}

describe('two installations on one machine', () => {
  it(
    'both do their jobs, neither meets what is the other’s, and each leaves nothing',
    { timeout: 240_000 },
    async () => {
      const [left, right] = await Promise.all([startE2eStack(), startE2eStack()]);
      const ids = [left.stack.data.instanceId, right.stack.data.instanceId] as const;
      try {
        expect(ids[0]).not.toBe(ids[1]);
        const [ofLeft, ofRight] = await Promise.all([work(left), work(right)]);
        const all = Array.from({ length: JOBS }, () => 'succeeded true');
        expect([ofLeft.states, ofRight.states]).toEqual([all, all]);
        expect([...ofLeft.containers].filter((id) => ofRight.containers.has(id))).toEqual([]);
        expect(ofLeft.containers.size).toBeGreaterThanOrEqual(JOBS);
        await left[Symbol.asyncDispose]();
        // The one that goes takes nothing of the other's with it.
        expect(await findTraces(ids[0])).toEqual([]);
        expect((await work(right)).states).toEqual(all);
      } finally {
        await Promise.all([left, right].map((e2e) => e2e[Symbol.asyncDispose]()));
      }
      expect(await findTraces(ids[1])).toEqual([]);
    },
  );

  it('share one Redis under their own prefixes', async () => {
    await using redis = await ThrowawayRedis.start();
    await using left = await startE2eStack({ redisUrl: redis.url });
    await using right = await startE2eStack({ redisUrl: redis.url });
    const { id } = await left.submit(NOTE);
    const absent = right.client.getJob(id, AbortSignal.timeout(5_000));
    await expect(absent).rejects.toMatchObject({ problem: { code: 'not_found' } });
    const [finished] = await Promise.all([left.finish(id), work(right)]);
    expect(finished.job.result?.verified).toBe(true);
  });
});

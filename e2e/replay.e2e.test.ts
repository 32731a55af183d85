import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

describe('a replay', () => {
  let e2e: E2eStack;
  beforeAll(async () => {
    e2e = await startE2eStack({ settings: { DRYDOCK_WARM_SANDBOXES: '0' } });
  });
  afterAll(() => e2e[Symbol.asyncDispose]());

  it('comes to the same on the same tree, without a model, and is proven anew', async () => {
    const first = await e2e.submit({ model: 'scripted/fix-ts' });
    const recorded = await e2e.finish(first.id);
    expect(recorded.job, recorded.job.error?.message).toMatchObject({ result: { verified: true } });
    const { id } = await e2e.client.replayJob(first.id);
    const { job, patch } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({
      status: 'succeeded',
      result: {
        verified: true,
        usage: { input_tokens: 0, output_tokens: 0 },
        replay: { of: first.id, divergence: null },
      },
    });
    expect(job.result?.replay?.turns).toBe(job.result?.replay?.recorded_turns);
    expect(patch).toBe(recorded.patch);
  });

  it('tells where it went another way', async () => {
    // What a random number comes to is not the same twice.
    const first = await e2e.submit({ kind: 'review', model: 'scripted/random-ts' });
    expect((await e2e.finish(first.id)).job.status).toBe('succeeded');
    const { job } = await e2e.finish((await e2e.client.replayJob(first.id)).id);
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'replay_diverged' },
      result: { replay: { divergence: { turn: 3, expected: expect.stringContaining('letters') } } },
    });
  });
});

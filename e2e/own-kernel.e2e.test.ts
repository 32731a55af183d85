import { describeWith, readSetupFacts } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { findLeftovers, startE2eStack } from './src/e2e-stack.ts';

describeWith('current gvisor', 'tier high on a kernel of its own', () => {
  const runtime = readSetupFacts().gvisorRuntime ?? '';
  let e2e: E2eStack;
  beforeAll(async () => {
    e2e = await startE2eStack({ settings: { DRYDOCK_HIGH_TIER_RUNTIME: runtime } });
  });
  afterAll(async () => {
    const { instanceId } = e2e.stack.data;
    await e2e[Symbol.asyncDispose]();
    expect(await findLeftovers(instanceId)).toEqual([]);
  });

  it('proves a fix: the agent looks around, edits and runs tests there, and so does verification', async () => {
    const { id } = await e2e.submit({ model: 'scripted/fix-ts', tier: 'high' });
    const { job, patch } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({
      status: 'succeeded',
      error: null,
      tier: 'high',
      result: { verified: true, runtime },
    });
    expect(patch).toContain('diff --git');
    const log = new TextDecoder().decode(await e2e.client.getArtifact(id, 'log.txt'));
    expect(log).not.toMatch(/cannot access|Function not implemented|Bad system call/);
  });
});

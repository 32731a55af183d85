import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

describe('one job, from REST to a proven patch', () => {
  let e2e: E2eStack;
  let finished: FinishedJob;

  beforeAll(async () => {
    e2e = await startE2eStack();
    const accepted = await e2e.submit({ model: 'scripted/fix-ts' });
    expect(accepted).toMatchObject({ object: 'job', status: 'queued', kind: 'fix' });
    finished = await e2e.finish(accepted.id);
  });
  afterAll(() => e2e?.[Symbol.asyncDispose]());

  it('ends succeeded and verified, with one test from failing to passing', () => {
    const { job } = finished;
    expect(job).toMatchObject({ status: 'succeeded', error: null, attempt: 1 });
    expect(job.result?.verified).toBe(true);
    expect(job.result?.checks).toMatchObject({ regressions: [], lint: { before: 0, after: 0, new: [] } });
    expect(job.result?.checks?.fail_to_pass).toHaveLength(1);
    expect(job.result?.checks?.pass_to_pass).toHaveLength(12);
  });

  it('reports events in order and without a gap, ending with job.finished', () => {
    const { events } = finished;
    expect(events.map((event) => event.seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.at(-1)).toMatchObject({
      type: 'job.finished',
      data: { status: 'succeeded', verified: true },
    });
  });

  it('passes through the states of the contract, planning before any file changes', () => {
    const states = finished.events.flatMap((event) =>
      event.type === 'job.state_changed' ? [event.data.to] : [],
    );
    expect(states).toEqual(['queued', 'starting', 'planning', 'running', 'verifying', 'succeeded']);
    const types = finished.events.map((event) => event.type);
    expect(types.indexOf('plan.updated')).toBeLessThan(types.indexOf('file.changed'));
  });

  it('hands over a patch whose size the result tells, the plan and the usage', () => {
    const { job, patch } = finished;
    expect(patch).toMatch(/^diff --git a\//);
    expect(Buffer.byteLength(patch)).toBe(job.result?.patch_bytes);
    expect(job.result?.plan?.steps.length).toBeGreaterThan(0);
    expect(job.result?.usage.input_tokens).toBeGreaterThan(0);
    expect(job.result?.summary).not.toBe('');
  });
});

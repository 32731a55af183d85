import { once } from 'node:events';
import type { Layer, Sandbox } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import type { Attempt } from './attempt.ts';
import { EarlyBaseRun } from './early-base-run.ts';
import { Teardown } from './teardown.ts';

const LAYER: Layer = { key: 'k', baseSha: 's' };

/** An attempt whose pool gives what the test says, and what was done. */
function setUp({ kind = 'fix', spare }: { kind?: string; spare?: Partial<Sandbox> }) {
  const done: string[] = [];
  const log = { info: (event: string) => done.push(event), warn: (event: string) => done.push(event) };
  const teardown = new Teardown(log as unknown as Attempt['deps']['log']);
  const attempt = {
    job: { spec: { kind, limits: { memory_mb: 1, disk_mb: 1, cpus: 1 }, checks: {} } },
    lease: { jobId: 'job_1', fence: 1 },
    teardown,
    deps: {
      log,
      clock: {
        now: () => 0,
        sleep: async (_: number, signal: AbortSignal) => {
          signal.throwIfAborted();
          await once(signal, 'abort');
          throw signal.reason;
        },
      },
      metrics: { sandboxStarted: () => undefined },
      registry: { put: async () => void done.push('put'), remove: async () => void done.push('remove') },
      sandboxes: {
        takeSpare: async () => {
          done.push('asked');
          return (
            spare && { id: 'sbx_1', [Symbol.asyncDispose]: async () => void done.push('disposed'), ...spare }
          );
        },
      },
    },
  };
  const run = new EarlyBaseRun(
    attempt as unknown as Attempt,
    { layer: LAYER, deadlineAt: 1 },
    new AbortController().signal,
  );
  return { run, done, teardown };
}

const finish = (run: EarlyBaseRun) => run.finish(() => undefined, new AbortController().signal);

describe('an early run of the base', () => {
  it('is nothing that verification waits for where no sandbox is to spare', async () => {
    await using early = setUp({}).run;
    early.begin();
    expect(await finish(early)).toBeUndefined();
  });

  it('that fails is as if it had never been, and its sandbox goes', async () => {
    const mountWorkspace = () => Promise.reject(new Error('lost'));
    const { run, done, teardown } = setUp({ spare: { mountWorkspace } });
    run.begin();
    expect(await finish(run)).toBeUndefined();
    await teardown[Symbol.asyncDispose]();
    expect(done.toSorted()).toEqual(['asked', 'disposed', 'early_base_run.failed', 'put', 'remove']);
  });

  it.each(['review', 'explain'])('is not begun for %s: it leaves nothing to prove', async (kind) => {
    const { run, done } = setUp({ kind });
    run.begin();
    expect(await finish(run)).toBeUndefined();
    expect(done).toEqual([]);
  });

  it('ends with the attempt, whose agent may not have submitted', async () => {
    const { run, done } = setUp({});
    run.begin();
    await run[Symbol.asyncDispose]();
    expect(done).toEqual(['asked']);
  });
});

describe('a teardown', () => {
  it('waits for all, and says what could not be removed', async () => {
    const { teardown, done } = setUp({});
    const slow = Promise.withResolvers<void>();
    teardown.add(Promise.reject(new Error('busy')));
    teardown.add(slow.promise.then(() => void done.push('gone')));
    const ended = teardown[Symbol.asyncDispose]().then(() => done.push('ended'));
    slow.resolve();
    await ended;
    expect(done).toEqual(['sandbox.not_removed', 'gone', 'ended']);
  });
});

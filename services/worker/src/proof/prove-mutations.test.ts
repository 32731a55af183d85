import { once } from 'node:events';
import type { CheckRun, Mutation } from '@drydock/contracts';
import type { ExecRequest, ExecResult, Layer, PatchApplied, Sandbox } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../attempt/attempt.ts';
import { proveMutations } from './prove-mutations.ts';
import { Teardown } from '../attempt/teardown.ts';

const LAYER: Layer = { key: 'k', baseSha: 's' };
const COMMAND = 'make test';
const SOURCE = 'one\ntwo\nthree\n';

const run = (status: 'passed' | 'failed'): CheckRun => ({
  kind: 'test',
  command: COMMAND,
  exit_code: status === 'passed' ? 0 : 1,
  duration_ms: 12.5,
  timed_out: false,
  format: 'exit_code',
  tests: [{ id: `<${COMMAND}>`, status }],
  findings: [],
  output_tail: '',
});
const mutation = (find: string): Mutation => ({ path: 'src/a.c', find, replace: 'x', why: 'w' });

/** How the tests of a sandbox end, by what stands in the last diff that was applied to it. */
type Ends = (diff: string) => Partial<ExecResult> | Error;

/** An attempt whose sandboxes hold one file, and what was done in them. */
function setUp({ ends, spares = 0, isFull = false }: { ends: Ends; spares?: number; isFull?: boolean }) {
  const done: string[] = [];
  const log = { info: (event: string) => done.push(event), warn: (event: string) => done.push(event) };
  let made = 0;
  let left = spares;
  const createSandbox = (how: string): Partial<Sandbox> => {
    const name = `${how}${(made += 1)}`;
    let applied = '';
    return {
      id: name as Sandbox['id'],
      mountWorkspace: async () => undefined,
      applyDiff: async (diff): Promise<PatchApplied> => {
        applied = new TextDecoder().decode(diff);
        return { kind: 'applied', changes: [] };
      },
      readFile: async (path) => (path === 'src/a.c' ? Buffer.from(SOURCE) : undefined),
      findDrift: async () => [],
      exec: async ({ cmd, timeoutMs }: ExecRequest): Promise<ExecResult> => {
        expect(Number.isInteger(timeoutMs)).toBe(true);
        const end = cmd === COMMAND ? ends(applied) : { exitCode: 1 };
        if (end instanceof Error) throw end;
        if (cmd === COMMAND) done.push(`${name} tested`);
        return {
          exitCode: 0,
          signal: null,
          timedOut: false,
          durationMs: 1,
          head: '',
          tail: '',
          totalBytes: 0,
          omittedBytes: 0,
          ...end,
        };
      },
      [Symbol.asyncDispose]: async () => void done.push(`${name} gone`),
    };
  };
  const attempt = {
    job: { id: 'job_1', spec: { kind: 'test', limits: { memory_mb: 1, disk_mb: 1, cpus: 1 } } },
    lease: { jobId: 'job_1', fence: 1 },
    teardown: new Teardown(log as unknown as Attempt['deps']['log']),
    deps: {
      log,
      clock: { now: () => 0 },
      metrics: { sandboxStarted: () => undefined },
      registry: { put: async () => undefined, remove: async () => undefined },
      sandboxes: {
        start: async (_spec: unknown, signal: AbortSignal) => {
          if (!isFull) return createSandbox('own');
          await once(signal, 'abort');
          throw signal.reason;
        },
        takeSpare: async () => (left-- > 0 ? createSandbox('spare') : undefined),
      },
    },
  };
  const prove = (mutations: readonly Mutation[], deadlineAt = 60_000) =>
    proveMutations(
      attempt as unknown as Attempt,
      {
        layer: LAYER,
        diff: Buffer.from('the patch'),
        mutations,
        checks: { test: [{ kind: 'test', command: COMMAND }], lint: [], chosen: [], namedPaths: [] },
        judge: { namedPaths: [], addedPaths: [] },
        before: [run('passed')],
        after: [run('passed')],
        changedPaths: [],
        deadlineAt,
      },
      new AbortController().signal,
    );
  return { prove, done };
}

describe('proveMutations', () => {
  it('runs the tests with each mutation in a container of its own, in the order they were named', async () => {
    const { prove, done } = setUp({ ends: (diff) => ({ exitCode: diff.includes('-two') ? 1 : 0 }) });
    expect(await prove([mutation('two'), mutation('three')])).toEqual({
      runs: [
        { path: 'src/a.c', line: 2, killed: true, failed_tests: ['<make test>'] },
        { path: 'src/a.c', line: 3, killed: false, failed_tests: [] },
      ],
      notRun: [],
    });
    expect(done).toEqual(['own1 tested', 'own1 gone', 'own2 tested', 'own2 gone']);
  });

  it('uses a sandbox that nobody needs beside its own', async () => {
    const { prove, done } = setUp({ ends: () => ({}), spares: 1 });
    expect((await prove([mutation('two'), mutation('three')])).runs).toHaveLength(2);
    expect(done.filter((what) => what.endsWith('tested')).toSorted()).toEqual([
      'own1 tested',
      'spare2 tested',
    ]);
  });

  it('tells of each that came to nothing, and runs the others all the same', async () => {
    const lost = new DrydockError('sandbox_lost', { message: 'It is gone.' });
    const { prove } = setUp({
      ends: (diff) => {
        if (diff.includes('-one')) return lost;
        return diff.includes('-two') ? { exitCode: null, timedOut: true } : { exitCode: 1 };
      },
    });
    const test = { ...mutation('x'), path: 'tests/a.c' };
    const proven = await prove([test, mutation('four'), mutation('one'), mutation('two'), mutation('three')]);
    expect(proven.runs).toMatchObject([{ line: 3, killed: true }]);
    expect(proven.notRun).toEqual([
      'tests/a.c is a test, or decides what is tested',
      'src/a.c does not contain the text of `find`',
      'src/a.c: It is gone.',
      'src/a.c: the tests did not come to an end with it',
    ]);
  });

  it('ends in time where there is no room for a sandbox', async () => {
    const { prove } = setUp({ ends: () => ({}), isFull: true });
    const notRun = ['src/a.c: there was no time left'];
    expect(await prove([mutation('two')], 0)).toEqual({ runs: [], notRun });
  });
});

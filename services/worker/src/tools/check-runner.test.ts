import type { ExecRequest, ExecResult } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from '../attempt/attempt-log.ts';
import { Redactor } from '../gate/redactor.ts';
import { CheckRunner } from './check-runner.ts';
import { KeptLog } from './kept-log.ts';
import { Slice } from './slice.ts';

const RESULT: ExecResult = {
  exitCode: 1,
  signal: null,
  timedOut: false,
  durationMs: 3,
  head: '',
  tail: '',
  totalBytes: 6,
  omittedBytes: 0,
};
const clock = { now: () => 1_000 };

describe('CheckRunner', () => {
  it('writes what checks print to the log of their call, and counts what it has no room for', async () => {
    const runner = new CheckRunner(
      {
        sandbox: {
          exec: async ({ onOutput, onEnded }: ExecRequest) => {
            onOutput?.('abcdef');
            onEnded?.(RESULT);
            return RESULT;
          },
          readFile: async () => undefined,
          listDir: async () => undefined,
        },
        gate: { admit: async () => ({ kind: 'admitted', env: {}, end: () => undefined }) },
        events: { emit: () => undefined },
        log: new AttemptLog(),
        redactor: new Redactor([]),
        clock,
        deadlineAt: 61_000,
        slice: new Slice(Infinity, clock),
        egress: { takeDenials: () => [] },
      },
      { timeLeft: (ms) => ms },
    );
    const log = new KeptLog(8);
    const call = { callId: 'c', tool: 'run_linter', timeoutMs: 1_000, log };
    const run = () => runner.run({ kind: 'lint', command: 'x' }, call, new AbortController().signal);
    const omitted = [await run(), await run()].map((ran) => 'omittedBytes' in ran && ran.omittedBytes);
    expect({ text: log.text, omitted }).toEqual({ text: 'abcdefab', omitted: [0, 4] });
  });
});

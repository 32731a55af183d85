import type { JobEventBody, Observation } from '@drydock/contracts';
import type { ExecRequest, ExecResult } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from '../attempt/attempt-log.ts';
import { CommandRunner } from './command-runner.ts';
import { Redactor } from '../gate/redactor.ts';
import { Slice } from './slice.ts';

const ENDED = { signal: null, head: '', tail: '', totalBytes: 0, omittedBytes: 0 };

/** Runs commands that are numbers: how long each takes, milliseconds. */
function setUp(limitMs: number) {
  let now = 0;
  const clock = { now: () => now };
  const slice = new Slice(limitMs, clock);
  const asked: object[] = [];
  const events: JobEventBody[] = [];
  const log = new AttemptLog();
  const exec = async (request: ExecRequest): Promise<ExecResult> => {
    const { timeoutMs, yieldMs, keepStdinOpen } = request;
    asked.push({ timeoutMs, yieldMs, keepStdinOpen });
    const durationMs = Math.min(Number(request.cmd), timeoutMs);
    now += durationMs;
    const timedOut = durationMs < Number(request.cmd);
    const end = { ...ENDED, durationMs, timedOut, exitCode: timedOut ? null : 0 };
    request.onEnded?.(timedOut ? { ...end, signal: 'SIGKILL' } : end);
    return end;
  };
  const runner = new CommandRunner({
    sandbox: { exec } as unknown as ConstructorParameters<typeof CommandRunner>[0]['sandbox'],
    events: { emit: (event) => events.push(event) },
    log,
    clock,
    redactor: new Redactor([]),
    deadlineAt: 100_000,
    slice,
  });
  const run = (ms: number): Promise<Observation> =>
    slice.spend(() =>
      runner.exec(
        'c',
        { cmd: String(ms), keep_stdin_open: true, sandbox_permissions: 'use_default' },
        { env: {}, end: () => undefined, signal: AbortSignal.timeout(1_000) },
      ),
    );
  return { slice, run, asked, events, log: () => new TextDecoder().decode(log.toBytes()) };
}

describe('a slice', () => {
  it('stops the command at its end, says so, and marks the output as cut', async () => {
    const { slice, run, asked, events, log } = setUp(30_000);
    await run(10_000);
    expect(slice.isOver).toBe(false);
    expect(await run(25_000)).toMatchObject({ timedOut: true, sliceSeconds: 30 });
    expect(slice.isOver).toBe(true);
    expect(asked).toMatchObject([{ timeoutMs: 30_000 }, { timeoutMs: 20_000 }]);
    expect(events.at(-1)).toMatchObject({ type: 'command.finished', data: { truncated: true } });
    expect(log()).toContain('[exit SIGKILL; truncated: its turn took 30 s]');
  });

  it('is of one turn: the next has its own', async () => {
    const { slice, run } = setUp(30_000);
    await run(29_000);
    slice.startTurn();
    expect(await run(29_000)).not.toHaveProperty('sliceSeconds');
    expect(slice.isOver).toBe(false);
  });

  it('leaves no session that would outlive it', async () => {
    const { run, asked } = setUp(30_000);
    await run(1);
    expect(asked).toEqual([{ timeoutMs: 30_000, yieldMs: undefined, keepStdinOpen: false }]);
  });

  it('without a limit lets a command be a session until the deadline of the attempt', async () => {
    const { slice, run, asked } = setUp(Infinity);
    expect(await run(200_000)).not.toHaveProperty('sliceSeconds');
    expect(asked).toEqual([{ timeoutMs: 100_000, yieldMs: 10_000, keepStdinOpen: true }]);
    expect(slice.isOver).toBe(false);
  });
});

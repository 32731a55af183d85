import type { Clock } from '@drydock/core';
import type { Sweep, SweepName, SweepOutcome } from './sweep.ts';

export interface FinishedPass {
  readonly sweep: SweepName;
  readonly outcome: SweepOutcome;
  readonly durationMs: number;
  /** What the pass failed with. */
  readonly error?: unknown;
}

interface SweepRunner {
  readonly clock: Clock;
  /** Hears of every pass. Must not throw. */
  readonly onPass: (pass: FinishedPass) => void;
}

/**
 * Runs every sweep on its own schedule, the first pass at once, until the signal aborts; resolves when the last pass
 * has ended. A pass that fails is reported and changes nothing for the next one or for the other sweeps.
 */
export async function runSweeps(
  sweeps: readonly Sweep[],
  runner: SweepRunner,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(sweeps.map((sweep) => repeat(sweep, runner, signal)));
}

async function repeat(sweep: Sweep, runner: SweepRunner, signal: AbortSignal): Promise<void> {
  let dueAt = runner.clock.now();
  while (!signal.aborted) {
    runner.onPass(await runPass(sweep, runner.clock, signal));
    // A fixed schedule: ticks that a long pass has missed are left out, not caught up with.
    const missed = Math.floor(Math.max(0, runner.clock.now() - dueAt) / sweep.intervalMs);
    dueAt += (missed + 1) * sweep.intervalMs;
    await sleepUntil(dueAt, runner.clock, signal);
  }
}

/**
 * One pass with its deadline. A pass that goes on in spite of its aborted signal is left behind and the schedule goes
 * on: passes are idempotent, and an adapter that hangs must not keep the others' work from being tried again.
 */
export async function runPass(sweep: Sweep, clock: Clock, signal: AbortSignal): Promise<FinishedPass> {
  const startedAt = clock.now();
  const pass = new AbortController();
  const timer = new AbortController();
  const late = clock.sleep(sweep.timeoutMs, timer.signal).then(() => {
    const error = new Error(`a pass of ${sweep.name} took longer than ${sweep.timeoutMs} ms`);
    pass.abort(error);
    return { outcome: 'overran', error } as const;
  });
  const work = Promise.resolve()
    .then(() => sweep.run(AbortSignal.any([pass.signal, signal])))
    .then(
      () => ({ outcome: 'done' }) as const,
      (error: unknown) => ({ outcome: 'failed', error }) as const,
    );
  const ended = await Promise.race([work, late]);
  timer.abort();
  return { sweep: sweep.name, durationMs: clock.now() - startedAt, ...ended };
}

async function sleepUntil(dueAt: number, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(Math.max(0, dueAt - clock.now()), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

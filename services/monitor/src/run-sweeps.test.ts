import { expect, test } from 'vitest';
import { ManualClock, settle } from '@drydock/testing';
import type { FinishedPass } from './run-sweeps.ts';
import { runSweeps } from './run-sweeps.ts';
import type { Sweep } from './sweep.ts';

function start(sweeps: readonly Sweep[]) {
  const clock = new ManualClock();
  const passes: FinishedPass[] = [];
  const stop = new AbortController();
  const done = runSweeps(sweeps, { clock, onPass: (pass) => passes.push(pass) }, stop.signal);
  const outcomes = (name: Sweep['name']) =>
    passes.filter(({ sweep }) => sweep === name).map(({ outcome }) => outcome);
  return { clock, passes, outcomes, stop, done };
}

const sweep = (name: Sweep['name'], run: Sweep['run'], intervalMs = 1_000): Sweep => ({
  name,
  intervalMs,
  timeoutMs: 3_000,
  run,
});

const never = (): Promise<void> => Promise.withResolvers<void>().promise;

test('a sweep that throws does not stop the others, nor its own next pass', async () => {
  const broken = sweep('dispatch_outbox', async () => {
    throw new Error('Redis is down');
  });
  const { clock, outcomes, stop, done } = start([broken, sweep('reap_sandboxes', async () => {}, 2_000)]);
  await clock.advance(4_000);
  expect(outcomes('dispatch_outbox')).toEqual(Array.from({ length: 5 }, () => 'failed'));
  expect(outcomes('reap_sandboxes')).toEqual(['done', 'done', 'done']);
  stop.abort();
  await done;
});

test('a sweep that throws before it returns a promise is a failed pass as well', async () => {
  const broken = sweep('dispatch_outbox', () => {
    throw new Error('at once');
  });
  const { outcomes, stop, done } = start([broken]);
  await settle();
  expect(outcomes('dispatch_outbox')).toEqual(['failed']);
  stop.abort();
  await done;
});

test('one pass of a sweep runs at a time, and ticks that a long one missed are left out', async () => {
  let running = 0;
  let most = 0;
  const startedAt: number[] = [];
  const slow = sweep('reap_sandboxes', async () => {
    startedAt.push(clock.now());
    most = Math.max(most, (running += 1));
    await clock.sleep(2_500);
    running -= 1;
  });
  const { clock, stop, done } = start([slow]);
  const bootedAt = clock.now();
  await clock.advance(6_000);
  expect(startedAt.map((at) => at - bootedAt)).toEqual([0, 3_000, 6_000]);
  expect(most).toBe(1);
  stop.abort();
  await clock.advance(2_500);
  await done;
});

test('a pass that hangs is aborted at its deadline and the schedule goes on', async () => {
  const signals: AbortSignal[] = [];
  const hanging = sweep('enforce_deadlines', (signal) => {
    signals.push(signal);
    return never();
  });
  const { clock, outcomes, stop, done } = start([hanging]);
  await clock.advance(2_999);
  expect(outcomes('enforce_deadlines')).toEqual([]);
  expect(signals[0]?.aborted).toBe(false);
  await clock.advance(1_001);
  expect(outcomes('enforce_deadlines')).toEqual(['overran']);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  stop.abort();
  await clock.advance(3_000);
  await done;
});

test('stopping ends a sweep that waits for its next tick at once', async () => {
  const { stop, done, outcomes } = start([sweep('dispatch_outbox', async () => {}, 60_000)]);
  await settle();
  stop.abort();
  await done;
  expect(outcomes('dispatch_outbox')).toEqual(['done']);
});

test('a pass sees the stop in its own signal', async () => {
  const aborted = sweep('dispatch_outbox', (signal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve());
    return promise;
  });
  const { stop, done, outcomes } = start([aborted]);
  await settle();
  stop.abort();
  await done;
  expect(outcomes('dispatch_outbox')).toEqual(['done']);
});

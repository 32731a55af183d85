import type { Clock } from '@drydock/core';
import { expect, test } from 'vitest';
import { IdleDeadline } from './idle-deadline.ts';

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** A clock that stands still until it is moved. */
class StillClock implements Clock {
  #nowMs = 0;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { untilMs: this.#nowMs + durationMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  async advance(durationMs: number): Promise<void> {
    this.#nowMs += durationMs;
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await settle();
  }
}

test('aborts when nothing was heard for the whole time', async () => {
  const clock = new StillClock();
  using idle = new IdleDeadline(clock, 1_000);
  await clock.advance(999);
  expect(idle.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(idle.signal.aborted).toBe(true);
});

test('counts from what was heard last', async () => {
  const clock = new StillClock();
  using idle = new IdleDeadline(clock, 1_000);
  await clock.advance(900);
  idle.touch();
  await clock.advance(999);
  expect(idle.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(idle.signal.aborted).toBe(true);
});

test('keeps one timer while it lives and none after it is disposed', async () => {
  const clock = new StillClock();
  const idle = new IdleDeadline(clock, 1_000);
  for (let heard = 0; heard < 100; heard += 1) idle.touch();
  expect(clock.sleepers).toBe(1);
  idle[Symbol.dispose]();
  await settle();
  expect(clock.sleepers).toBe(0);
  await clock.advance(5_000);
  expect(idle.signal.aborted).toBe(false);
});

import type { Clock } from '@drydock/core';

/** Time that moves when a test says so, and only as far as something waits for it. */
export class ManualClock implements Clock {
  #now = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => reject(new Error('aborted')));
    if (signal?.aborted) reject(new Error('aborted'));
    this.#sleepers.push({ at: this.#now + durationMs, wake: resolve });
    await promise;
  }

  async advance(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    await settled();
    for (let due = this.#due(until); due !== undefined; due = this.#due(until)) {
      this.#now = Math.max(this.#now, due.at);
      due.wake();
      await settled();
    }
    this.#now = until;
  }

  #due(until: number) {
    const due = this.#sleepers.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= until);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== due);
    return due;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

import type { Clock } from '@drydock/core';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that moves when a test says so. */
export class ManualClock implements Clock {
  #now = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(durationMs: number): Promise<void> {
    await new Promise<void>((wake) => this.#sleepers.push({ at: this.#now + durationMs, wake }));
  }

  /** Lets time pass and everything run that waited for it. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    for (let next = this.#takeNext(until); next !== undefined; next = this.#takeNext(until)) {
      this.#now = next.at;
      next.wake();
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
    this.#now = until;
  }

  #takeNext(until: number): Sleeper | undefined {
    const next = this.#sleepers.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= until);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
    return next;
  }
}

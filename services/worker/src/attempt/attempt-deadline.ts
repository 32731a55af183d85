import type { Clock } from '@drydock/core';
import { Interrupted } from './interruption.ts';

/** The time that an attempt has. It stands still while a person is asked: who thinks for an hour costs the job nothing. */
export class AttemptDeadline implements Disposable {
  readonly #clock: Clock;
  readonly #passed = new AbortController();
  #leftMs: number;
  #running: { readonly since: number; readonly stop: AbortController } | undefined;
  #holds = 0;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#leftMs = timeoutMs;
    this.#run();
  }

  /** Aborts with `Interrupted('timed_out')` when the time is over. */
  get signal(): AbortSignal {
    return this.#passed.signal;
  }

  get leftMs(): number {
    const ranMs = this.#running === undefined ? 0 : this.#clock.now() - this.#running.since;
    return Math.max(0, this.#leftMs - ranMs);
  }

  /** When it passes if it is not held again, epoch milliseconds. */
  get at(): number {
    return this.#clock.now() + this.leftMs;
  }

  /** Stops the time until it is disposed of. */
  hold(): Disposable {
    this.#holds += 1;
    this.#pause();
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#holds -= 1;
        if (this.#holds === 0 && !this.#passed.signal.aborted) this.#run();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#pause();
    // Nothing starts it again.
    this.#holds = Number.POSITIVE_INFINITY;
  }

  #run(): void {
    const stop = new AbortController();
    this.#running = { since: this.#clock.now(), stop };
    this.#clock.sleep(this.#leftMs, stop.signal).then(
      () => this.#passed.abort(new Interrupted('timed_out')),
      () => undefined, // held or disposed of: the only reasons that its signal aborts
    );
  }

  #pause(): void {
    this.#leftMs = this.leftMs;
    this.#running?.stop.abort();
    this.#running = undefined;
  }
}

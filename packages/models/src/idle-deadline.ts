import type { Clock } from '@drydock/core';

/**
 * Aborts its signal when nothing was heard for `idleMs`. A stream that is silent for long has usually lost its other
 * end: without this a job would wait for its own deadline. Dispose it when the stream has ended.
 */
export class IdleDeadline implements Disposable {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #abort = new AbortController();
  readonly #stop = new AbortController();
  #heardAt: number;

  constructor(clock: Clock, idleMs: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#heardAt = clock.now();
    void this.#watch();
  }

  /** Aborts when the deadline has passed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Something was heard. */
  touch(): void {
    this.#heardAt = this.#clock.now();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** One timer at a time, however much is heard. Ends with the deadline or with the disposal. */
  async #watch(): Promise<void> {
    try {
      for (;;) {
        const restMs = this.#idleMs - (this.#clock.now() - this.#heardAt);
        if (restMs <= 0) return this.#abort.abort();
        await this.#clock.sleep(restMs, this.#stop.signal);
      }
    } catch {
      // The sleep was ended by the disposal: nothing is waited for any more.
    }
  }
}

import type { Clock } from '@drydock/core';

/**
 * The wall time that the tool calls of one turn may take together; the model's own time is not counted. Only tier
 * `high` has a limit. A slice that is over stays so: the job ends with it.
 */
export class Slice {
  readonly #limitMs: number;
  readonly #clock: Pick<Clock, 'now'>;
  #spentMs = 0;
  #isOver = false;

  constructor(limitMs: number, clock: Pick<Clock, 'now'>) {
    this.#limitMs = limitMs;
    this.#clock = clock;
  }

  get isLimited(): boolean {
    return Number.isFinite(this.#limitMs);
  }

  get seconds(): number {
    return this.#limitMs / 1_000;
  }

  /** What is left of it; Infinity without a limit. */
  get restMs(): number {
    return Math.max(0, this.#limitMs - this.#spentMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next turn has a slice of its own. */
  startTurn(): void {
    this.#spentMs = 0;
  }

  /** A command had to be stopped at its end. */
  end(): void {
    this.#isOver = true;
  }

  /** Counts what a tool call takes. */
  async spend<Result>(call: () => Promise<Result>): Promise<Result> {
    const startedAt = this.#clock.now();
    try {
      return await call();
    } finally {
      this.#spentMs += this.#clock.now() - startedAt;
      if (this.#spentMs >= this.#limitMs) this.end();
    }
  }
}

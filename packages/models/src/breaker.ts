import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Attempted } from './retry.ts';

export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

export interface BreakerOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1): not all workers ask again at once. */
  readonly random: () => number;
  /** Failures in a row that open it; 8 unless told: one call alone, with its retries, does not. */
  readonly maxFailures?: number;
  readonly onState?: (state: BreakerState) => void;
}

const MAX_FAILURES = 8;
const BASE_OPEN_MS = 5_000;
const MAX_OPEN_MS = 60_000;
/** How often calls look whether the probe is back. */
const PROBE_POLL_MS = 250;

/**
 * Spares a model server that does not answer. After some failures in a row nobody asks it for a while; then one call
 * goes first, as a probe, and the others follow when it is answered. Calls wait meanwhile, within their deadline.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #openings = 0;
  /** Undefined while closed. */
  #untilMs: number | undefined;
  #isProbing = false;
  #reported: BreakerState = 'closed';

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    if (this.#untilMs === undefined) return 'closed';
    return this.#isProbing ? 'half_open' : 'open';
  }

  /** Makes an attempt when it may be made. Throws `model_unavailable` where that is not before the deadline. */
  async run<T>(
    attempt: () => Promise<Attempted<T>>,
    deadlineAt: number | undefined,
    signal: AbortSignal,
  ): Promise<Attempted<T>> {
    const isProbe = await this.#enter(deadlineAt ?? Infinity, signal);
    try {
      const attempted = await attempt();
      if (isOutage(attempted)) this.#fail(isProbe);
      else this.#close();
      return attempted;
    } catch (error) {
      // An answer, if not a good one; who was called off says nothing about the server.
      if (!signal.aborted) this.#close();
      throw error;
    } finally {
      if (isProbe) this.#endProbe();
    }
  }

  /** Waits for its turn; whether that is as the probe. */
  async #enter(deadlineAt: number, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    for (;;) {
      if (this.#untilMs === undefined) return false;
      const waitMs = this.#isProbing ? PROBE_POLL_MS : this.#untilMs - clock.now();
      if (waitMs <= 0) return this.#startProbe();
      if (clock.now() + waitMs > deadlineAt) throw this.#refuse();
      await clock.sleep(waitMs, signal);
    }
  }

  #startProbe(): true {
    this.#isProbing = true;
    this.#report();
    return true;
  }

  #endProbe(): void {
    this.#isProbing = false;
    this.#report();
  }

  #fail(isProbe: boolean): void {
    this.#failures += 1;
    const isOpen = this.#untilMs !== undefined;
    if (isOpen ? !isProbe : this.#failures < (this.#options.maxFailures ?? MAX_FAILURES)) return;
    const { clock, random } = this.#options;
    const openMs = Math.min(MAX_OPEN_MS, BASE_OPEN_MS * 2 ** this.#openings);
    this.#untilMs = clock.now() + openMs * (1 + random() / 4);
    this.#openings += 1;
    this.#report();
  }

  #close(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#untilMs = undefined;
    this.#report();
  }

  #report(): void {
    if (this.#reported === this.state) return;
    this.#reported = this.state;
    this.#options.onState?.(this.state);
  }

  #refuse(): DrydockError {
    return new DrydockError('model_unavailable', {
      message: `The model server failed ${this.#failures} times in a row; the job ends before it is asked again.`,
    });
  }
}

/** The server was not reached, or not heard. One that says no is there. */
const isOutage = (attempted: Attempted<unknown>): boolean =>
  attempted.kind === 'transient' &&
  (attempted.code === 'model_unavailable' || attempted.code === 'model_timeout');

import type { EgressDecision } from '@drydock/contracts';
import type { Clock } from '@drydock/core';

/** Decisions that are told one by one, per window; the rest are told together, one of each kind. */
const MAX_SINGLE = 20;
const WINDOW_MS = 1_000;

/**
 * Tells every decision of a job, and counts where there are too many to tell: a sandbox that asks as fast as it can
 * must flood neither the log nor the worker.
 */
export class DecisionJournal {
  readonly #emit: (decision: EgressDecision) => void;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #merged = new Map<string, EgressDecision>();
  #singles = 0;
  #isWindowOpen = false;

  constructor(options: {
    readonly emit: (decision: EgressDecision) => void;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  }) {
    this.#emit = options.emit;
    this.#clock = options.clock;
    this.#signal = options.signal;
  }

  record(decision: Omit<EgressDecision, 'count'>): void {
    if (!this.#isWindowOpen) this.#openWindow();
    this.#singles += 1;
    if (this.#singles <= MAX_SINGLE) return this.#emit({ ...decision, count: 1 });
    const key = `${decision.reason} ${decision.grantId ?? ''}`;
    this.#merged.set(key, { ...decision, count: (this.#merged.get(key)?.count ?? 0) + 1 });
  }

  /** Tells what is merged so far. */
  flush(): void {
    for (const decision of this.#merged.values()) this.#emit(decision);
    this.#merged.clear();
    this.#singles = 0;
    this.#isWindowOpen = false;
  }

  #openWindow(): void {
    this.#isWindowOpen = true;
    // At the end of the job whoever ends it flushes.
    this.#clock.sleep(WINDOW_MS, this.#signal).then(
      () => this.flush(),
      () => undefined,
    );
  }
}

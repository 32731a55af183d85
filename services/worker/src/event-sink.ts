import type { JobEventBody } from '@drydock/contracts';
import type { JobStore, Lease } from '@drydock/core';

/**
 * Events of one attempt, in order. `emit` never waits, so that a slow store does not slow a command down;
 * `flush` is awaited before every change of state, so that no event appears after the change that followed it.
 */
export class EventSink {
  readonly #store: Pick<JobStore, 'appendEvents'>;
  readonly #lease: Lease;
  readonly #onError: (error: unknown) => void;
  #waiting: JobEventBody[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(
    store: Pick<JobStore, 'appendEvents'>,
    lease: Lease,
    /** Called once per failed write: the lease is lost or the store is gone, so the attempt is over. */
    onError: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#lease = lease;
    this.#onError = onError;
  }

  emit(event: JobEventBody): void {
    this.#waiting.push(event);
    if (this.#waiting.length === 1) {
      this.#writing = this.#writing.then(() => this.#write());
    }
  }

  /** Resolves when everything emitted so far is stored, or its failure was reported. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return;
    try {
      await this.#store.appendEvents(this.#lease, events);
    } catch (error) {
      this.#onError(error);
    }
  }
}

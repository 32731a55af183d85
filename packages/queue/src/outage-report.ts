import type { DrydockError } from '@drydock/core';
import { toStoreError } from './store-error.ts';

/** Told of a broken connection, once per outage and connection: until it is back, every call says the same. */
export type OnStoreError = (error: DrydockError) => void;

/** Passes on the first error of an outage. A Redis that is away must not fill a log. */
export class OutageReport {
  readonly #onError: OnStoreError;
  #isTold = false;

  constructor(onError: OnStoreError) {
    this.#onError = onError;
  }

  /** An error of the connection, as the vendor gave it. */
  readonly note = (cause: unknown): void => {
    if (!this.#isTold) this.#onError(toStoreError(cause));
    this.#isTold = true;
  };

  /** The connection is back. */
  readonly over = (): void => {
    this.#isTold = false;
  };
}

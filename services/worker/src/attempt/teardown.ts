import type { WorkerDeps } from '../deps.ts';

/** Sandboxes of an attempt that are going away. Nobody waits for one but the attempt, which does not end before they have. */
export class Teardown implements AsyncDisposable {
  readonly #log: WorkerDeps['log'];
  readonly #going: Promise<void>[] = [];

  constructor(log: WorkerDeps['log']) {
    this.#log = log;
  }

  /** What cannot be removed is said, and left to the reaper. */
  add(removal: Promise<void>): void {
    this.#going.push(removal.catch((err: unknown) => this.#log.warn('sandbox.not_removed', { err })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#going);
  }
}

import type { JobSweeper } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { ApiMetrics } from './metrics.ts';

export interface OutboxDispatcherOptions {
  readonly sweeper: Pick<JobSweeper, 'dispatchOutbox'>;
  readonly logger: Logger;
  readonly failures: ApiMetrics['outboxFailures'];
}

/**
 * Hands accepted jobs to the queue at once, beside the request. A failure costs a second, not a job: the monitor
 * sweeps the same outbox. At most one dispatch runs; a nudge meanwhile makes one more behind it.
 */
export class OutboxDispatcher {
  readonly #options: OutboxDispatcherOptions;
  #running: Promise<void> | undefined;
  #isDue = false;

  constructor(options: OutboxDispatcherOptions) {
    this.#options = options;
  }

  nudge(): void {
    this.#isDue = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      try {
        await this.#options.sweeper.dispatchOutbox();
      } catch (err) {
        this.#options.failures.inc({});
        this.#options.logger.warn('outbox.failed', { err });
      }
    }
  }
}

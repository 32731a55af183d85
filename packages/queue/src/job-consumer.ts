import type { JobRunMessage } from '@drydock/contracts';
import { QUEUE_MESSAGES } from '@drydock/contracts';
import { DrydockError, toDrydockError } from '@drydock/core';
import { Worker } from 'bullmq';
import { ConsumerClients } from './consumer-clients.ts';
import { settlesWithin } from './deadline-clock.ts';
import { QUEUE_NAME } from './job-queue.ts';
import type { Keys } from './keys.ts';
import type { OnStoreError } from './outage-report.ts';
import { OutageReport } from './outage-report.ts';

export interface ConsumerOptions {
  /** Messages handled at once. */
  readonly concurrency: number;
  /**
   * Does what a message asks for. Messages come at least once, so the first thing is a claim. What it throws is
   * reported; the message comes again where the job is still queued. The signal aborts when a drain takes too long.
   */
  readonly handler: (message: JobRunMessage, signal: AbortSignal) => Promise<void>;
  /** Told of what a handler threw, of bad messages and, once per outage, of a lost connection. */
  readonly onError: OnStoreError;
}

/** How long handlers may take to end after their signal aborted. */
const ABORTED_MS = 5_000;
const CLOSE_MS = 3_000;

/** The worker's end of BullMQ. Its states, locks and retries decide nothing here: the lease in the job record does. */
export class JobConsumer {
  readonly #options: ConsumerOptions;
  readonly #clients: ConsumerClients;
  readonly #worker: Worker;
  readonly #drain = new AbortController();
  readonly #handled = new Set<Promise<void>>();

  constructor(options: ConsumerOptions & { readonly url: string; readonly keys: Keys }) {
    const outage = new OutageReport(options.onError);
    this.#options = options;
    this.#clients = new ConsumerClients(options.url, outage);
    this.#worker = new Worker(QUEUE_NAME, (job) => this.#track(this.#handle(job.data)), {
      connection: this.#clients.main,
      prefix: options.keys.bullmq,
      concurrency: options.concurrency,
      // A message whose worker died is dropped by BullMQ, not run: expireLeases and the outbox bring it back, fenced.
      maxStalledCount: 0,
      lockDuration: 10_000,
      stalledInterval: 3_000,
      runRetryDelay: 1_000,
    });
    this.#worker.on('error', outage.note);
  }

  async #track(handled: Promise<void>): Promise<void> {
    this.#handled.add(handled);
    await handled;
    this.#handled.delete(handled);
  }

  /** Never rejects: a failure is no news for BullMQ, which would keep its text. */
  async #handle(data: unknown): Promise<void> {
    try {
      await this.#options.handler(QUEUE_MESSAGES['job.run'].parse(data), this.#drain.signal);
    } catch (error) {
      this.#options.onError(toDrydockError(error));
    }
  }

  /** Takes no more messages until `resume`; handlers that run go on. */
  pause(): void {
    this.#worker.pause(true).catch((error: unknown) => this.#options.onError(toDrydockError(error)));
  }

  resume(): void {
    this.#worker.resume().catch((error: unknown) => this.#options.onError(toDrydockError(error)));
  }

  /**
   * Takes no more messages, gives handlers `drainMs` to end, aborts those that are left and waits 5 s for them.
   * Throws `internal_error` where one does not end even then.
   */
  async close(drainMs: number): Promise<void> {
    await this.#worker.pause(true);
    if (!(await this.#isIdleWithin(drainMs))) this.#drain.abort(new Error('The worker shuts down.'));
    const isIdle = await this.#isIdleWithin(ABORTED_MS);
    // BullMQ's own close waits for replies; of a Redis that is away there are none.
    await settlesWithin(this.#worker.close(!isIdle || !this.#clients.areReady), CLOSE_MS);
    await this.#clients.end();
    if (!isIdle) throw new DrydockError('internal_error', { message: 'A message handler did not end.' });
  }

  #isIdleWithin(timeoutMs: number): Promise<boolean> {
    return settlesWithin(Promise.all(this.#handled), timeoutMs);
  }
}

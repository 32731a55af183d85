import type { JobId } from '@drydock/contracts';
import type { Redis } from 'ioredis';
import { createClient } from './create-client.ts';
import { endClient } from './end-client.ts';
import { Interval } from './interval-clock.ts';
import type { OnStoreError } from './outage-report.ts';
import { OutageReport } from './outage-report.ts';

/** A message that was published while nobody listened costs this much time, never an event. */
const WAKE_MS = 5_000;

export interface EventFeedOptions {
  readonly url: string;
  /** Its messages begin with the id of a job; what follows a blank is for people. */
  readonly channel: string;
  readonly onError: OnStoreError;
}

/**
 * Tells when a job may have news: one subscription for every watcher of this process. It carries none of them, so that
 * a slow reader holds nothing; who wakes asks the store.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #watchers = new Map<string, Set<() => void>>();
  #subscription: { readonly client: Redis; readonly interval: Interval } | undefined;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** `onWake` must not throw. It is called after a message, every 5 s, and sometimes for nothing. */
  watch(jobId: JobId, onWake: () => void): () => void {
    this.#subscription ??= this.#subscribe();
    const watchers = this.#watchers.get(jobId) ?? new Set();
    this.#watchers.set(jobId, watchers.add(onWake));
    return () => {
      watchers.delete(onWake);
      if (watchers.size === 0 && this.#watchers.get(jobId) === watchers) this.#watchers.delete(jobId);
    };
  }

  async close(): Promise<void> {
    this.#subscription?.interval.stop();
    if (this.#subscription) await endClient(this.#subscription.client);
    this.#subscription = undefined;
  }

  #subscribe(): { client: Redis; interval: Interval } {
    const { url, channel, onError } = this.#options;
    const outage = new OutageReport(onError);
    const client = createClient(url, 'waiting');
    client.on('error', outage.note);
    client.on('message', (_channel, message) => this.#wake(message.split(' ')[0] ?? ''));
    client.on('ready', () => {
      outage.over();
      // After every reconnection too; ioredis would do it by itself, and say nothing when it could not.
      client.subscribe(channel).then(() => this.#wakeAll(), outage.note);
    });
    return { client, interval: new Interval(WAKE_MS, () => this.#wakeAll()) };
  }

  #wake(jobId: string): void {
    for (const onWake of this.#watchers.get(jobId) ?? []) onWake();
  }

  #wakeAll(): void {
    for (const jobId of this.#watchers.keys()) this.#wake(jobId);
  }
}

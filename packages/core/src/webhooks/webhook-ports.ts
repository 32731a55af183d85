import type { WebhookBody } from '@drydock/contracts';

/** A webhook that waits for its receiver. */
export interface WaitingWebhook {
  /** `<job>-<seq of the event>`: the same on every try. */
  readonly id: string;
  /** Null where it is nothing that this version understands. */
  readonly message: { readonly url: string; readonly body: WebhookBody } | null;
  /** How often it was tried in vain. */
  readonly tries: number;
}

export interface OutboxCount {
  readonly waiting: number;
  readonly bytes: number;
  /** For want of room, since there is this store. */
  readonly dropped: number;
  /** Since the oldest that waits was written; 0 where none waits. Milliseconds. */
  readonly oldestMs: number;
}

/**
 * Webhooks on their way: written with the event that they tell of, here until they were taken or given up, whatever
 * becomes of their job meanwhile.
 */
export interface WebhookOutbox {
  /** What waits now, and what never will be sent. */
  count(): Promise<OutboxCount>;
  /** Those whose time has come, the longest waiting first; at most `limit`. */
  findDue(limit: number): Promise<readonly WaitingWebhook[]>;
  /** Forgets one that was taken or given up. */
  settle(id: string): Promise<void>;
  /** Due again in `delayMs`, after `tries` tries in vain. */
  postpone(id: string, next: { readonly tries: number; readonly delayMs: number }): Promise<void>;
  /** Lets others go first. */
  defer(ids: readonly string[]): Promise<void>;
}

import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';

/** What one attempt at a call came to. Anything that no new attempt can cure is thrown instead. */
export type Attempted<T> =
  | { readonly kind: 'done'; readonly value: T }
  | {
      readonly kind: 'transient';
      /** What happened, for people: a clause without a full stop. */
      readonly reason: string;
      /** How long the server asked to be left alone, milliseconds. */
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    };

export interface RetryOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const MAX_RETRIES = 5;
const BASE_WAIT_MS = 500;
const MAX_WAIT_MS = 20_000;
/** A server that asks for a longer rest than this is taken as unavailable: the job's deadline is near anyway. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * Makes attempts until one is done: at most 5 retries, each after a wait with full jitter (never less than the server
 * asked for). The signal carries the deadline and ends a wait with its reason. Throws `model_unavailable` at the end.
 */
export async function retry<T>(
  attempt: () => Promise<Attempted<T>>,
  { clock, random }: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    const attempted = await attempt();
    if (attempted.kind === 'done') return attempted.value;
    const { retryAfterMs = 0, reason, cause } = attempted;
    if (retries === MAX_RETRIES || retryAfterMs > MAX_RETRY_AFTER_MS) {
      throw new DrydockError('model_unavailable', {
        message: `The model server could not be used (${retries + 1} tries): ${reason}.`,
        cause,
      });
    }
    await clock.sleep(retryAfterMs + random() * Math.min(MAX_WAIT_MS, BASE_WAIT_MS * 2 ** retries), signal);
  }
}

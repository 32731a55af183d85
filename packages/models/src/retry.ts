import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';

/** How a call ends that no attempt brought to an end. */
export type TransientCode = 'model_unavailable' | 'model_timeout' | 'model_rate_limited' | 'model_bad_answer';

/** What one attempt at a call came to. Anything that no new attempt can cure is thrown instead. */
export type Attempted<T> =
  | { readonly kind: 'done'; readonly value: T }
  | {
      readonly kind: 'transient';
      readonly code: TransientCode;
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
  /** Epoch milliseconds: a wait that would end later is not begun. */
  readonly deadlineAt?: number | undefined;
  readonly onRetry?: (code: TransientCode) => void;
}

const MAX_RETRIES = 5;
const BASE_WAIT_MS = 500;
const MAX_WAIT_MS = 20_000;
/** A server that asks for a longer rest than this is taken as unavailable: the job's deadline is near anyway. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * Makes attempts until one is done: at most 5 retries, each after a wait with full jitter (never less than the server
 * asked for). The signal ends a wait with its reason. Throws the code of the last attempt at the end.
 */
export async function retry<T>(
  attempt: () => Promise<Attempted<T>>,
  options: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  const { clock, random } = options;
  for (let retries = 0; ; retries += 1) {
    const attempted = await attempt();
    if (attempted.kind === 'done') return attempted.value;
    const { retryAfterMs = 0, code } = attempted;
    const waitMs = retryAfterMs + random() * Math.min(MAX_WAIT_MS, BASE_WAIT_MS * 2 ** retries);
    const isLate = clock.now() + waitMs > (options.deadlineAt ?? Infinity);
    if (retries === MAX_RETRIES || retryAfterMs > MAX_RETRY_AFTER_MS || isLate) {
      throw giveUp(attempted, { tries: retries + 1, isLate });
    }
    options.onRetry?.(code);
    await clock.sleep(waitMs, signal);
  }
}

function giveUp(
  { code, reason, cause }: Extract<Attempted<never>, { kind: 'transient' }>,
  { tries, isLate }: { readonly tries: number; readonly isLate: boolean },
): DrydockError {
  const late = isLate ? '; the job ends before it can be tried again' : '';
  const message = `The model server could not be used (${tries} ${tries === 1 ? 'try' : 'tries'}): ${reason}${late}.`;
  return new DrydockError(code, { message, cause });
}

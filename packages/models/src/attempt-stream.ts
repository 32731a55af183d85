import { explainFailure } from './explain-failure.ts';
import type { ExplainOptions } from './explain-failure.ts';
import { IdleDeadline } from './idle-deadline.ts';
import type { Attempted } from './retry.ts';
import type { WireOptions } from './wire.ts';

export interface Listening {
  /** Aborts with the caller's signal, and when the stream fell silent. */
  readonly signal: AbortSignal;
  /** Something was heard. */
  touch(): void;
}

/** Reads one stream to its last word. Undefined where it ended without one. */
type ReadStream<T> = (listening: Listening) => Promise<Attempted<T> | undefined>;

/** Makes one streamed attempt and sorts what goes wrong with it: what may pass is a value, the rest is thrown. */
export async function attemptStream<T>(
  options: WireOptions,
  read: ReadStream<T>,
  signal: AbortSignal,
): Promise<Attempted<T>> {
  using idle = new IdleDeadline(options.clock, options.idleTimeoutMs);
  const listening = { signal: AbortSignal.any([signal, idle.signal]), touch: () => idle.touch() };
  try {
    const attempted = await read(listening);
    if (attempted !== undefined) return attempted;
  } catch (error) {
    signal.throwIfAborted();
    if (!idle.signal.aborted) return explainFailure(error, explainingFor(options));
  }
  // An aborted stream ends without an error in the SDK, so who ended it is asked here.
  signal.throwIfAborted();
  if (idle.signal.aborted) return { kind: 'transient', code: 'model_timeout', reason: 'it fell silent' };
  const reason = 'the stream broke off before the answer was complete';
  return { kind: 'transient', code: 'model_unavailable', reason };
}

export function explainingFor({ apiKey, clock }: WireOptions): ExplainOptions {
  return { apiKey, nowMs: clock.now() };
}

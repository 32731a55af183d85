import { DrydockError } from '@drydock/core';

/** Why an attempt is stopped from outside the agent. */
export type Interruption = 'timed_out' | 'cancelled' | 'lease_lost' | 'released' | 'shutdown';

/** The abort reason of an attempt's signal. */
export class Interrupted extends Error {
  readonly kind: Interruption;

  constructor(kind: Interruption, cause?: unknown) {
    super(`The attempt was interrupted: ${kind}.`, { cause });
    this.name = 'Interrupted';
    this.kind = kind;
  }
}

/** The interruption behind a signal that was aborted, or undefined while it is not. */
export function findInterruption(signal: AbortSignal): Interruption | undefined {
  if (!signal.aborted) return undefined;
  if (signal.reason instanceof Interrupted) return signal.reason.kind;
  return isTimeout(signal.reason) ? 'timed_out' : 'shutdown';
}

/** The reason that `AbortSignal.timeout` aborts with. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** Whether an error says that this worker may not write for the attempt any more. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof DrydockError && error.code === 'lease_lost';
}

import type { JobRecord, JobState, SignedCheckpoint } from '@drydock/contracts';
import { isTerminal } from './lifecycle.ts';

export type Continuation =
  | { readonly kind: 'allowed'; readonly from: SignedCheckpoint }
  /** `message` tells the caller what to do instead. */
  | { readonly kind: 'refused'; readonly message: string };

/** Ends that leave work to go on with. A job in safe mode goes on only by a new one, with an explicit grant. */
const UNFINISHED: ReadonlySet<JobState> = new Set(['checkpointed', 'failed', 'timed_out', 'cancelled']);

/** Whether a new job can go on from where this one ended. */
export function decideContinuation({
  state,
  signedCheckpoint,
}: Pick<JobRecord, 'state' | 'signedCheckpoint'>): Continuation {
  if (!isTerminal(state)) return refused(`The job is ${state}: wait for its end, or cancel it first.`);
  if (!UNFINISHED.has(state)) return refused(`The job ended as ${state}: there is nothing to go on with.`);
  if (signedCheckpoint === undefined) return refused('The job ended before its first turn.');
  return { kind: 'allowed', from: signedCheckpoint };
}

const refused = (message: string): Continuation => ({ kind: 'refused', message });

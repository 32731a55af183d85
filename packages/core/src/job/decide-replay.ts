import type { JobRecord } from '@drydock/contracts';
import { isTerminal } from './lifecycle.ts';

export type ReplayDecision =
  | { readonly kind: 'allowed' }
  /** `message` tells the caller what to do instead. */
  | { readonly kind: 'refused'; readonly message: string };

/** Whether the conversation of a job can be played again from its base. */
export function decideReplay({
  state,
  spec,
  artifacts,
}: Pick<JobRecord, 'state' | 'spec' | 'artifacts'>): ReplayDecision {
  if (!isTerminal(state)) return refused(`The job is ${state}: wait for its end, or cancel it first.`);
  if (spec.previous_job_id !== undefined)
    return refused(`The job goes on from ${spec.previous_job_id}, and not from its base.`);
  if (artifacts['transcript.jsonl'] === undefined) return refused('The job ended before its first turn.');
  return { kind: 'allowed' };
}

const refused = (message: string): ReplayDecision => ({ kind: 'refused', message });

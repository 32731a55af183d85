import type { ErrorCode, JobRecord, SignedCheckpoint } from '@drydock/contracts';
import { isTerminal } from './lifecycle.ts';

export type FollowUpDecision =
  | { readonly kind: 'allowed'; readonly from: SignedCheckpoint }
  /** `message` tells the caller what to do instead. */
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'no_checkpoint' | 'safe_mode'>;
      readonly message: string;
    };

/** Whether a job with an instruction of its own can go on from where this one ended, whatever its end was. */
export function decideFollowUp({
  id,
  state,
  spec,
  signedCheckpoint,
}: Pick<JobRecord, 'id' | 'state' | 'spec' | 'signedCheckpoint'>): FollowUpDecision {
  if (!isTerminal(state))
    return refused(`The job is ${state}: wait for its end, or write to it: POST /v1/jobs/${id}/messages.`);
  if (state === 'safe_mode') return SAFE_MODE;
  if (spec.replay_of !== undefined)
    return refused(`The job is a replay: follow ${spec.replay_of}, which it plays.`);
  if (signedCheckpoint === undefined) return refused('The job ended before its first turn.');
  const { jobId, submission } = signedCheckpoint.checkpoint;
  // Its instruction was never said: what follows it would follow something that nobody knows of.
  if (jobId !== id) return refused(`The job ended before its first turn: continue it, or follow ${jobId}.`);
  if (state === 'succeeded' && submission === null)
    return refused('What the job submitted was too large to be saved with its conversation.');
  return { kind: 'allowed', from: signedCheckpoint };
}

const SAFE_MODE: FollowUpDecision = {
  kind: 'refused',
  code: 'safe_mode',
  message: 'The job ended in safe mode: only a new job with an explicit grant goes on.',
};

const refused = (message: string): FollowUpDecision => ({ kind: 'refused', code: 'no_checkpoint', message });

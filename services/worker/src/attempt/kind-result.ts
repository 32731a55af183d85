import type { JobKind, JobResult, Submission } from '@drydock/contracts';

type KindResult = Pick<JobResult, 'review' | 'explanation' | 'claims'>;

/** What a submission adds to the result of a job of its kind: what it did not hand in is absent. */
export function toKindResult(kind: JobKind, { findings, references, checks }: Submission): KindResult {
  return {
    ...(kind === 'review' && findings !== undefined ? { review: { findings } } : {}),
    ...(kind === 'explain' && references !== undefined ? { explanation: { references } } : {}),
    ...(checks === undefined ? {} : { claims: checks }),
  };
}

import type { AgentResume, Checkpoint, FollowUp, TranscriptLine } from '@drydock/contracts';
import { DrydockError, toDrydockError } from '@drydock/core';
import type { Attempt } from '../attempt/attempt.ts';
import { toFollowUpPoint } from './follow-up-point.ts';
import { toLateAnswers } from '../gate/late-answers.ts';
import { readTranscript } from './read-transcript.ts';

/** Where an attempt goes on: what an older attempt, or the job before, had come to. */
export interface ResumePoint {
  readonly checkpoint: Checkpoint;
  readonly transcript: readonly TranscriptLine[];
  readonly after: AgentResume['after'];
  /** What came of calls that waited for a person, by call id. */
  readonly answers: ReadonlyMap<string, string>;
  /** Where it follows another job with an instruction of its own, and that was not said yet. */
  readonly followUp?: FollowUp | undefined;
}

/**
 * Finds where the attempt goes on, if it does; nothing is believed of a checkpoint before its signature. One that cannot
 * be used ends a job that continues another with `checkpoint_refused`; any other job starts from the base again.
 */
export async function findResumePoint(attempt: Attempt): Promise<void> {
  try {
    const point = await readResumePoint(attempt);
    attempt.resumePoint = point;
    // Charged also where the workspace cannot be restored; a job that continues another has limits of its own.
    if (point?.after === 'attempt') attempt.budget.resume(point.checkpoint);
  } catch (error) {
    startFromBase(attempt, error);
  }
}

async function readResumePoint(attempt: Attempt): Promise<ResumePoint | undefined> {
  const { job, deps } = attempt;
  const { signedCheckpoint: signed, spec } = job;
  if (signed === undefined) {
    if (spec.previous_job_id === undefined) return undefined;
    throw refuseCheckpoint('The checkpoint of the job before is not there.');
  }
  const checkpoint = deps.seal.open(signed);
  const isOwn = checkpoint.jobId === job.id;
  if (!isOwn && checkpoint.jobId !== spec.previous_job_id)
    throw refuseCheckpoint('The checkpoint is of another job.');
  const transcript = await readTranscript(deps.artifacts, checkpoint.transcript).catch((cause: unknown) => {
    throw refuseCheckpoint('The transcript of the checkpoint cannot be read.', cause);
  });
  if (!isOwn && spec.follow_up !== undefined) return toFollowUpPoint(attempt, { checkpoint, transcript });
  const answers = toLateAnswers(isOwn ? await deps.approvals.listOfJob(job.id) : []);
  return { checkpoint, transcript, after: isOwn ? 'attempt' : 'job', answers };
}

/** Gives up the checkpoint. Throws the error where the job did not begin at the base, or where it tells of something else. */
export function startFromBase(attempt: Attempt, error: unknown): void {
  const { code, message } = toDrydockError(error);
  if (code !== 'checkpoint_refused' || attempt.job.spec.previous_job_id !== undefined) throw error;
  attempt.resumePoint = undefined;
  attempt.deps.log.warn('checkpoint.refused', { jobId: attempt.job.id, err: error });
  attempt.warn({
    code: 'checkpoint_not_restored',
    message: `The attempt starts from the base again: ${message}`,
  });
}

export const refuseCheckpoint = (message: string, cause?: unknown): DrydockError =>
  new DrydockError('checkpoint_refused', { message, cause });

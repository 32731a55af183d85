import type { Checkpoint, TranscriptLine } from '@drydock/contracts';
import type { Attempt } from '../attempt/attempt.ts';
import { forAnotherModel } from '../conversation/for-another-model.ts';
import type { ResumePoint } from './resume-point.ts';

const HANDED_IN = 'Accepted. The job ended with this; what comes next is said below.';
const HANDS_IN: ReadonlySet<string> = new Set(['submit', 'submit_plan']);

/**
 * Where a job begins that follows another with an instruction of its own: workspace and conversation as they were, and
 * everything else anew, in a planning stage.
 */
export function toFollowUpPoint(
  { job, deps }: Pick<Attempt, 'job' | 'deps'>,
  { checkpoint, transcript }: Pick<ResumePoint, 'checkpoint' | 'transcript'>,
): ResumePoint {
  const { follow_up: followUp, model } = job.spec;
  const isSameModel = followUp?.model === model;
  return {
    checkpoint: { ...checkpoint, stage: 'planning', plan: null, submission: null },
    transcript: isSameModel ? transcript : forAnotherModel(transcript, deps.models.describe(model)),
    after: 'job',
    answers: toAnswers(checkpoint, transcript),
    followUp,
  };
}

/** The call that ended the job before has no output: nobody was there to read one. */
function toAnswers(
  { submission }: Checkpoint,
  transcript: readonly TranscriptLine[],
): ReadonlyMap<string, string> {
  const calls = transcript.flatMap((line) => (line.type === 'tool_call' ? [line.call] : []));
  const last = calls.findLast(({ name }) => HANDS_IN.has(name));
  return new Map(submission === null || last === undefined ? [] : [[last.callId, HANDED_IN]]);
}

import type { Checkpoint, JobId, JobRecord } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { Attempt } from '../attempt/attempt.ts';
import { readTranscript } from '../saving/read-transcript.ts';
import type { RecordedStep } from './recording.ts';
import { readSteps } from './recording.ts';

/** What is played in the place of a model. */
export interface Recording {
  readonly of: JobId;
  readonly steps: readonly RecordedStep[];
  /** The commit that the recorded job began on, where it is known: a branch may have moved since. */
  readonly baseSha: string | undefined;
}

/** Undefined for a job that asks a model. Throws `no_recording` where the recorded job is gone or cannot be read. */
export async function openRecording({ job, deps }: Attempt): Promise<Recording | undefined> {
  const of = job.spec.replay_of;
  if (of === undefined) return undefined;
  const recorded = await deps.store.find(of);
  const checkpoint = recorded && openCheckpoint(recorded, deps);
  const digest = checkpoint?.transcript ?? recorded?.artifacts['transcript.jsonl'];
  if (recorded === undefined || digest === undefined)
    throw new DrydockError('no_recording', { message: `${of} is not there any more.` });
  const lines = await readTranscript(deps.artifacts, digest).catch((cause: unknown) => {
    throw new DrydockError('no_recording', { message: `The transcript of ${of} cannot be read.`, cause });
  });
  return { of, steps: readSteps(lines), baseSha: checkpoint?.base.sha };
}

/**
 * The conversation as it was said, where that was kept: believed after its signature alone. Undefined where there is
 * none; what people may read, with secrets masked, is played then.
 */
function openCheckpoint(
  { id, signedCheckpoint }: JobRecord,
  { seal, log }: Pick<Attempt['deps'], 'seal' | 'log'>,
): Checkpoint | undefined {
  if (signedCheckpoint === undefined) return undefined;
  try {
    const checkpoint = seal.open(signedCheckpoint);
    return checkpoint.jobId === id ? checkpoint : undefined;
  } catch (err) {
    log.warn('recording.checkpoint_refused', { jobId: id, err });
    return undefined;
  }
}

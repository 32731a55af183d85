import type { JobId } from './ids.ts';
import type { JobRequestInput } from './job.ts';

/**
 * The body of `POST /v1/jobs` for a job that follows another in its thread, on the same tree: what is absent is as it
 * was there (docs/follow-ups.md).
 */
export interface FollowUpInput extends Partial<Omit<JobRequestInput, 'source' | 'instruction'>> {
  readonly previous_job_id: JobId;
  readonly instruction: string;
}

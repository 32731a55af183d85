import type { JobRecord, JobSpec } from '@drydock/contracts';
import type { JobStore, NewJob } from '@drydock/core';
import { DrydockError, newJobId } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { Response } from 'express';
import { toJobJson } from './job-json.ts';
import type { ApiMetrics } from './metrics.ts';
import { REFUSALS } from './metrics.ts';
import { callerOf } from './middleware/authenticate.ts';
import { requestIdOf } from './middleware/request-id.ts';

export interface AcceptDeps {
  readonly store: Pick<JobStore, 'accept' | 'assertRoom'>;
  readonly outbox: { nudge(): void };
  readonly logger: Logger;
  readonly jobsAccepted: ApiMetrics['jobsAccepted'];
  readonly jobsRefused: ApiMetrics['jobsRefused'];
}

interface Submission {
  /** Stores what the job's source needs. */
  readonly toSpec: () => Promise<JobSpec> | JobSpec;
  readonly given: NewJob;
}

/** Answers 202 when the job and its place in the outbox are on disk; a request that was sent before is answered alike. */
export async function acceptJob(deps: AcceptDeps, submission: Submission, response: Response): Promise<void> {
  const jobId = newJobId();
  const given = { ...submission.given, by: callerOf(response) };
  const job = toJobJson(await accept(deps, { ...submission, given }, jobId));
  if (job.id === jobId) {
    deps.outbox.nudge();
    deps.jobsAccepted.inc({ kind: job.kind });
    deps.logger.info('job.accepted', { jobId, kind: job.kind, requestId: requestIdOf(response) });
  } else response.set('Idempotent-Replayed', 'true');
  response.status(202).location(job.links.self).json(job);
}

/** Asks for room first: a flood of jobs that are refused must not fill the disk with their sources. */
async function accept(
  { store, jobsRefused }: AcceptDeps,
  { toSpec, given }: Submission,
  jobId: JobRecord['id'],
): Promise<JobRecord> {
  try {
    await store.assertRoom(jobId, given.request);
    return await store.accept(jobId, await toSpec(), given);
  } catch (error) {
    const reason = REFUSALS.find((code) => error instanceof DrydockError && code === error.code);
    if (reason !== undefined) jobsRefused.inc({ reason });
    throw error;
  }
}

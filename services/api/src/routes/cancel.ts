import type { JobStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { RequestHandler } from 'express';
import { toJobJson } from '../job-json.ts';
import { callerOf } from '../middleware/authenticate.ts';
import { findJob } from './find-job.ts';

/**
 * `POST /v1/jobs/{id}/cancel`: 202 while the job lives, 200 where it is cancelled already, 409 with any other end. After
 * a 202 the job ends as `cancelled` and as nothing else.
 */
export function postCancel({ store }: { store: Pick<JobStore, 'find' | 'cancel'> }): RequestHandler {
  return async (request, response) => {
    const { id } = await findJob(store, request.params['jobId']);
    const cancellation = await store.cancel(id, callerOf(response));
    const job = await findJob(store, id);
    if (cancellation === 'already_finished') {
      throw new DrydockError('job_finished', { message: `The job has already ended: ${job.state}.` });
    }
    response.status(cancellation === 'already_cancelled' ? 200 : 202).json(toJobJson(job));
  };
}

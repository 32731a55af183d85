import type { JobStore } from '@drydock/core';
import { DrydockError, decideReplay } from '@drydock/core';
import type { RequestHandler } from 'express';
import type { AcceptDeps } from '../accept-job.ts';
import { acceptJob } from '../accept-job.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { findJob } from './find-job.ts';

export interface ReplayRouteDeps extends AcceptDeps {
  readonly assertDurable: () => void;
  readonly store: Pick<JobStore, 'accept' | 'assertRoom' | 'find'>;
}

/**
 * `POST /v1/jobs/{id}/replay`: a new job of the same request, in which the recorded answers of the model are played on
 * the same tree. 409 `no_recording` where there is nothing to play. Nobody is told of it but who asks.
 */
export function postReplay(deps: ReplayRouteDeps): RequestHandler {
  return async (request, response) => {
    const older = await findJob(deps.store, request.params['jobId']);
    const decision = decideReplay(older);
    if (decision.kind === 'refused') throw new DrydockError('no_recording', { message: decision.message });
    const idempotent = toIdempotentRequest(request.get('idempotency-key'), { replay: older.id });
    deps.assertDurable();
    const { callback_url: _told, ...spec } = older.spec;
    // A recording of a recording is one of the job that was recorded.
    const replay = { ...spec, replay_of: older.id };
    await acceptJob(deps, { toSpec: () => replay, given: { request: idempotent } }, response);
  };
}

import type { JobRecord, JobSpec, SignedCheckpoint } from '@drydock/contracts';
import type { JobStore, LimitTable, SecretStore } from '@drydock/core';
import { DrydockError, decideContinuation } from '@drydock/core';
import type { RequestHandler } from 'express';
import { assertSecretsKnown } from '../assert-secrets-known.ts';
import type { AcceptDeps } from '../accept-job.ts';
import { acceptJob } from '../accept-job.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { parseContinueRequest } from '../parse-continue-request.ts';
import { toSoFar } from '../to-so-far.ts';
import { findJob } from './find-job.ts';

export interface ContinueRouteDeps extends AcceptDeps {
  readonly assertDurable: () => void;
  readonly store: Pick<JobStore, 'accept' | 'assertRoom' | 'find'>;
  readonly limits: LimitTable;
  readonly secrets: Pick<SecretStore, 'find'>;
}

/**
 * `POST /v1/jobs/{id}/continue`: a new job that goes on where this one ended, with its workspace and conversation and
 * limits of its own. 409 `no_checkpoint` where there is nothing to go on from.
 */
export function postContinue(deps: ContinueRouteDeps): RequestHandler {
  return async (request, response) => {
    const older = await findJob(deps.store, request.params['jobId']);
    const body: unknown = request.body ?? {};
    const parsed = parseContinueRequest(body, older.spec, deps.limits);
    if (parsed.kind === 'refused') {
      throw new DrydockError(parsed.code, { details: { errors: parsed.errors } });
    }
    const decision = decideContinuation(older);
    if (decision.kind === 'refused') throw new DrydockError('no_checkpoint', { message: decision.message });
    const key = request.get('idempotency-key');
    const idempotent = toIdempotentRequest(key, { continue: older.id, body });
    deps.assertDurable();
    await assertSecretsKnown(deps.secrets, parsed.spec.secrets);
    const spec = toContinuing(parsed.spec, older, decision.from);
    const given = { request: idempotent, soFar: toSoFar(older, decision.from, spec) };
    await acceptJob(deps, { toSpec: () => spec, given }, response);
  };
}

/** A job that never came to a checkpoint of its own has that of the job before, and its instruction was not said yet. */
function toContinuing(spec: JobSpec, { id }: JobRecord, { checkpoint }: SignedCheckpoint): JobSpec {
  const { follow_up, ...rest } = spec;
  const isUntold = follow_up !== undefined && checkpoint.jobId !== id;
  return {
    ...rest,
    previous_job_id: checkpoint.jobId,
    thread_id: spec.thread_id ?? id,
    ...(isUntold ? { follow_up } : {}),
  };
}

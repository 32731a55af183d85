import type { ArtifactDigests, JobRecord, SignedCheckpoint } from '@drydock/contracts';
import type { JobStore, LimitTable, NewJob, SecretStore } from '@drydock/core';
import { DrydockError, NO_USAGE, decideContinuation } from '@drydock/core';
import type { RequestHandler } from 'express';
import { assertSecretsKnown } from '../assert-secrets-known.ts';
import type { AcceptDeps } from '../accept-job.ts';
import { acceptJob } from '../accept-job.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { parseContinueRequest } from '../parse-continue-request.ts';
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
    // A job that never came to a checkpoint of its own has that of the job before.
    const spec = { ...parsed.spec, previous_job_id: decision.from.checkpoint.jobId };
    const given = { request: idempotent, soFar: toSoFar(older, decision.from) };
    await acceptJob(deps, { toSpec: () => spec, given }, response);
  };
}

/** What the new job has from its start, so that it stands however early it ends. */
function toSoFar(older: JobRecord, signedCheckpoint: SignedCheckpoint): NonNullable<NewJob['soFar']> {
  const { result, artifacts, checkpoint, spec } = older;
  return {
    result: {
      verified: spec.kind === 'review' || spec.kind === 'explain' ? null : false,
      summary: null,
      plan: signedCheckpoint.checkpoint.plan,
      checks: null,
      patch_bytes: result?.patch_bytes ?? 0,
      usage: NO_USAGE,
      warnings: [],
    },
    signedCheckpoint,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    artifacts: withoutProof(artifacts),
  };
}

/** What was proven of the older job is proven of nothing else. */
function withoutProof({ 'before.json': _before, 'after.json': _after, ...rest }: ArtifactDigests) {
  return rest;
}

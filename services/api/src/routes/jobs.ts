import type { JobSpec } from '@drydock/contracts';
import type { JobStore, LimitTable, NewJob, SecretStore } from '@drydock/core';
import { DrydockError, decideFollowUp } from '@drydock/core';
import type { RequestHandler } from 'express';
import type { AcceptDeps } from '../accept-job.ts';
import { acceptJob } from '../accept-job.ts';
import { assertSecretsKnown } from '../assert-secrets-known.ts';
import { matchesEntityTag, toEntityTag } from '../entity-tag.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { toJobJson } from '../job-json.ts';
import { isFollowUp, parseFollowUp, parsePrevious } from '../parse-follow-up.ts';
import type { ParsedFields } from '../parse-job-request.ts';
import { parseJobRequest } from '../parse-job-request.ts';
import type { SourceDeps } from '../resolve-source.ts';
import { resolveSource } from '../resolve-source.ts';
import { toSoFar } from '../to-so-far.ts';
import { findJob } from './find-job.ts';

export interface JobRouteDeps extends SourceDeps, AcceptDeps {
  /** Throws `store_unavailable` while it is not known that Redis keeps what it accepts. */
  readonly assertDurable: () => void;
  readonly limits: LimitTable;
  /** Hosts that callbacks may have although they are not public. */
  readonly callbackHosts: ReadonlySet<string>;
  /** Whether the operator gave workers a key for ssh git hosts. */
  readonly hasSsh: boolean;
  readonly secrets: Pick<SecretStore, 'find'>;
  readonly store: Pick<JobStore, 'accept' | 'assertRoom' | 'find'>;
}

/**
 * `POST /v1/jobs`: 202 only when source, job and its place in the outbox are on disk. With an Idempotency-Key the same
 * request can be sent again for 24 hours: it is answered alike and makes no second job.
 */
export function postJob(deps: JobRouteDeps): RequestHandler {
  return async (request, response) => {
    const idempotent = toIdempotentRequest(request.get('idempotency-key'), request.body);
    const asked = isFollowUp(request.body)
      ? await readFollowUp(deps, request.body)
      : readFirst(deps, request.body);
    deps.assertDurable();
    await assertSecretsKnown(deps.secrets, asked.secrets);
    const given = { ...asked.given, request: idempotent };
    await acceptJob(deps, { toSpec: asked.toSpec, given }, response);
  };
}

/** What is asked for, whatever the job's tree comes from. */
interface Asked {
  readonly secrets: JobSpec['secrets'];
  readonly toSpec: () => Promise<JobSpec> | JobSpec;
  readonly given: Pick<NewJob, 'soFar'>;
}

function readFirst(deps: JobRouteDeps, body: unknown): Asked {
  const parsed = parseJobRequest(body, deps);
  if (parsed.kind === 'refused') throw toError(parsed);
  const { spec, source } = parsed;
  const toSpec = async () => ({ ...spec, source: await resolveSource(deps, source) });
  return { secrets: spec.secrets, toSpec, given: {} };
}

/** Throws `no_checkpoint` where there is nothing to go on from, `safe_mode` where only an explicit grant goes on. */
async function readFollowUp(deps: JobRouteDeps, body: unknown): Promise<Asked> {
  const previous = parsePrevious(body);
  if (previous.kind === 'refused') throw toError(previous);
  const older = await deps.store.find(previous.jobId);
  if (older === undefined) throw toError(UNKNOWN_JOB);
  const decision = decideFollowUp(older);
  if (decision.kind === 'refused') throw new DrydockError(decision.code, { message: decision.message });
  const parsed = parseFollowUp(previous.body, { older, from: decision.from }, deps);
  if (parsed.kind === 'refused') throw toError(parsed);
  const { spec } = parsed;
  return { secrets: spec.secrets, toSpec: () => spec, given: { soFar: toSoFar(older, decision.from, spec) } };
}

const UNKNOWN_JOB = {
  code: 'invalid_request',
  errors: [{ pointer: '/previous_job_id', detail: 'There is no such job, or it was removed.' }],
} as const;

const toError = ({ code, errors }: Pick<Extract<ParsedFields, { kind: 'refused' }>, 'code' | 'errors'>) =>
  new DrydockError(code, { details: { errors } });

/**
 * `GET /v1/jobs/{id}`, 304 where the caller has it. Express's own check is not used: it gives way to the
 * `Cache-Control: no-cache` that every `fetch` with If-None-Match sends.
 */
export function getJob(deps: Pick<JobRouteDeps, 'store'>): RequestHandler {
  return async (request, response) => {
    const job = await findJob(deps.store, request.params['jobId']);
    const body = JSON.stringify(toJobJson(job));
    const tag = toEntityTag(body);
    response.set({ 'Cache-Control': 'private, no-cache', ETag: tag });
    if (matchesEntityTag(request.get('if-none-match'), tag)) return void response.status(304).end();
    response.type('application/json').send(body);
  };
}

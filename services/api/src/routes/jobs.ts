import type { JobStore, LimitTable, SecretStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { RequestHandler } from 'express';
import type { AcceptDeps } from '../accept-job.ts';
import { acceptJob } from '../accept-job.ts';
import { assertSecretsKnown } from '../assert-secrets-known.ts';
import { matchesEntityTag, toEntityTag } from '../entity-tag.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { toJobJson } from '../job-json.ts';
import { parseJobRequest } from '../parse-job-request.ts';
import type { SourceDeps } from '../resolve-source.ts';
import { resolveSource } from '../resolve-source.ts';
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
    const parsed = parseJobRequest(request.body, deps);
    if (parsed.kind === 'refused') {
      throw new DrydockError(parsed.code, { details: { errors: parsed.errors } });
    }
    const idempotent = toIdempotentRequest(request.get('idempotency-key'), request.body);
    deps.assertDurable();
    await assertSecretsKnown(deps.secrets, parsed.spec.secrets);
    const toSpec = async () => ({ ...parsed.spec, source: await resolveSource(deps, parsed.source) });
    await acceptJob(deps, { toSpec, given: { request: idempotent } }, response);
  };
}

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

import type { JobJson } from '@drydock/contracts';
import type { JobStore, LimitTable } from '@drydock/core';
import { DrydockError, newJobId } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { RequestHandler } from 'express';
import { matchesEntityTag, toEntityTag } from '../entity-tag.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { toJobJson } from '../job-json.ts';
import type { ApiMetrics } from '../metrics.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { parseJobRequest } from '../parse-job-request.ts';
import type { SourceDeps } from '../resolve-source.ts';
import { resolveSource } from '../resolve-source.ts';
import { findJob } from './find-job.ts';

export interface JobRouteDeps extends SourceDeps {
  /** Throws `store_unavailable` while it is not known that Redis keeps what it accepts. */
  readonly assertDurable: () => void;
  readonly store: Pick<JobStore, 'accept' | 'find'>;
  readonly outbox: { nudge(): void };
  readonly limits: LimitTable;
  readonly logger: Logger;
  readonly jobsAccepted: ApiMetrics['jobsAccepted'];
}

/**
 * `POST /v1/jobs`: 202 only when source, job and its place in the outbox are on disk. With an Idempotency-Key the same
 * request can be sent again for 24 hours: it is answered alike and makes no second job.
 */
export function postJob(deps: JobRouteDeps): RequestHandler {
  return async (request, response) => {
    const parsed = parseJobRequest(request.body, deps.limits);
    if (parsed.kind === 'refused') {
      throw new DrydockError(parsed.code, { details: { errors: parsed.errors } });
    }
    const idempotent = toIdempotentRequest(request.get('idempotency-key'), request.body);
    deps.assertDurable();
    const spec = { ...parsed.spec, source: await resolveSource(deps, parsed.source) };
    const jobId = newJobId();
    const job = toJobJson(await deps.store.accept(jobId, spec, idempotent));
    if (job.id === jobId) noteAccepted(deps, job, requestIdOf(response));
    else response.set('Idempotent-Replayed', 'true');
    response.status(202).location(job.links.self).json(job);
  };
}

function noteAccepted(deps: JobRouteDeps, { id: jobId, kind }: JobJson, requestId: string): void {
  deps.outbox.nudge();
  deps.jobsAccepted.inc({ kind });
  deps.logger.info('job.accepted', { jobId, kind, requestId });
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

import type { ArtifactStore, JobStore, LimitTable } from '@drydock/core';
import { DrydockError, newJobId } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { RequestHandler } from 'express';
import { matchesEntityTag, toEntityTag } from '../entity-tag.ts';
import { toJobJson } from '../job-json.ts';
import type { ApiMetrics } from '../metrics.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { parseJobRequest } from '../parse-job-request.ts';
import { findJob } from './find-job.ts';

export interface JobRouteDeps {
  /** Throws `store_unavailable` while it is not known that Redis keeps what it accepts. */
  readonly assertDurable: () => void;
  readonly store: Pick<JobStore, 'accept' | 'find'>;
  readonly artifacts: Pick<ArtifactStore, 'put'>;
  readonly outbox: { nudge(): void };
  readonly limits: LimitTable;
  readonly logger: Logger;
  readonly jobsAccepted: ApiMetrics['jobsAccepted'];
}

/** `POST /v1/jobs`: 202 only when source, job and its place in the outbox are on disk. */
export function postJob(deps: JobRouteDeps): RequestHandler {
  return async (request, response) => {
    const parsed = parseJobRequest(request.body, deps.limits);
    if (parsed.kind === 'refused') {
      throw new DrydockError(parsed.code, { details: { errors: parsed.errors } });
    }
    deps.assertDurable();
    const { json, bytes, files } = parsed.source;
    const digest = await deps.artifacts.put(json);
    const spec = { ...parsed.spec, source: { type: 'files', digest, bytes, files } as const };
    const job = toJobJson(await deps.store.accept(newJobId(), spec));
    deps.outbox.nudge();
    deps.jobsAccepted.inc({ kind: job.kind });
    deps.logger.info('job.accepted', { jobId: job.id, kind: job.kind, requestId: requestIdOf(response) });
    response.status(202).location(job.links.self).json(job);
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

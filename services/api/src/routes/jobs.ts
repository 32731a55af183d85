import type { JobId, JobJson, JobRecord } from '@drydock/contracts';
import type { IdempotentRequest, JobStore, LimitTable } from '@drydock/core';
import { DrydockError, newJobId } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';
import type { RequestHandler } from 'express';
import { matchesEntityTag, toEntityTag } from '../entity-tag.ts';
import { toIdempotentRequest } from '../idempotent-request.ts';
import { toJobJson } from '../job-json.ts';
import type { ApiMetrics } from '../metrics.ts';
import { REFUSALS } from '../metrics.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import type { ParsedJobRequest } from '../parse-job-request.ts';
import { parseJobRequest } from '../parse-job-request.ts';
import type { SourceDeps } from '../resolve-source.ts';
import { resolveSource } from '../resolve-source.ts';
import { findJob } from './find-job.ts';

export interface JobRouteDeps extends SourceDeps {
  /** Throws `store_unavailable` while it is not known that Redis keeps what it accepts. */
  readonly assertDurable: () => void;
  readonly store: Pick<JobStore, 'accept' | 'assertRoom' | 'find'>;
  readonly outbox: { nudge(): void };
  readonly limits: LimitTable;
  readonly logger: Logger;
  readonly jobsAccepted: ApiMetrics['jobsAccepted'];
  readonly jobsRefused: ApiMetrics['jobsRefused'];
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
    const jobId = newJobId();
    const job = toJobJson(await accept(deps, { jobId, parsed, idempotent }));
    if (job.id === jobId) noteAccepted(deps, job, requestIdOf(response));
    else response.set('Idempotent-Replayed', 'true');
    response.status(202).location(job.links.self).json(job);
  };
}

interface Submission {
  readonly jobId: JobId;
  readonly parsed: Extract<ParsedJobRequest, { kind: 'parsed' }>;
  readonly idempotent: IdempotentRequest | undefined;
}

/** Asks for room first: a flood of jobs that are refused must not fill the disk with their sources. */
async function accept(deps: JobRouteDeps, { jobId, parsed, idempotent }: Submission): Promise<JobRecord> {
  try {
    await deps.store.assertRoom(jobId, idempotent);
    const spec = { ...parsed.spec, source: await resolveSource(deps, parsed.source) };
    return await deps.store.accept(jobId, spec, idempotent);
  } catch (error) {
    const reason = REFUSALS.find((code) => error instanceof DrydockError && code === error.code);
    if (reason !== undefined) deps.jobsRefused.inc({ reason });
    throw error;
  }
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

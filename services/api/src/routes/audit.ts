import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditListJson } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { AuditTrailDeps } from '../audit-trail.ts';
import { AuditTrail } from '../audit-trail.ts';
import { readIssues } from '../field-errors.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const JSON_LINES = 'application/x-ndjson';
/** However large the log is. */
const SEND_TIMEOUT_MS = 10 * 60_000;

const whole = (detail: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, detail)
    .transform(Number);

const AuditQuery = z.strictObject({
  after: whole('Not a sequence number').optional(),
  limit: whole('Not a whole number').pipe(z.number().min(1).max(MAX_LIMIT)).optional(),
});
type AuditQuery = z.infer<typeof AuditQuery>;

/**
 * `GET /v1/audit`: entries behind `after`, oldest first; without it, the newest. As JSON lines, where the caller
 * accepts those, every entry behind `after` (0 where absent) up to the head of the moment, or `limit` of them.
 */
export function getAudit(deps: AuditTrailDeps): RequestHandler {
  const trail = new AuditTrail(deps);
  return async (request, response) => {
    const query = parseQuery(request.query);
    response.set('Cache-Control', 'private, no-cache');
    if (request.accepts(['application/json', JSON_LINES]) === JSON_LINES) {
      return exportLines(trail, query, response);
    }
    const { limit = DEFAULT_LIMIT } = query;
    const head = await trail.readHead();
    const { after = Math.max(0, head.seq - limit) } = query;
    const data = await trail.read(after, limit);
    const last = data.at(-1)?.seq ?? after;
    const list: AuditListJson = { object: 'list', data: [...data], head, has_more: last < head.seq };
    response.json(list);
  };
}

/** As fast as the client reads, page by page. */
async function exportLines(trail: AuditTrail, query: AuditQuery, response: Response): Promise<void> {
  const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
  response.type(JSON_LINES);
  try {
    await pipeline(Readable.from(readLines(trail, query), { objectMode: false }), response, { signal });
  } catch (error) {
    // The client has gone: there is nobody to tell.
    const hasGone = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!hasGone) throw error;
  }
}

async function* readLines(
  trail: AuditTrail,
  { after = 0, limit = Number.POSITIVE_INFINITY }: AuditQuery,
): AsyncGenerator<string, void> {
  const { seq: head } = await trail.readHead();
  const end = Math.min(head, after + limit);
  for (let last = after; last < end;) {
    const entries = await trail.read(last, Math.min(MAX_LIMIT, end - last));
    const next = entries.at(-1)?.seq;
    if (next === undefined) throw new DrydockError('internal_error', { details: { audit: last } });
    yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    last = next;
  }
}

function parseQuery(query: unknown): AuditQuery {
  const parsed = AuditQuery.safeParse(query);
  if (parsed.success) return parsed.data;
  const { hasUnknownField, errors } = readIssues(parsed.error.issues);
  throw new DrydockError(hasUnknownField ? 'unknown_field' : 'invalid_request', { details: { errors } });
}

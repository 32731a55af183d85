import type { JobListJson } from '@drydock/contracts';
import type { JobStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { RequestHandler } from 'express';
import { toJobJson } from '../job-json.ts';
import { parseListQuery } from '../parse-list-query.ts';

/** `GET /v1/jobs`: one page of jobs, newest first; the header Link leads to the next one, with the same filters. */
export function getJobs({ store }: { store: Pick<JobStore, 'list'> }): RequestHandler {
  return async (request, response) => {
    const parsed = parseListQuery(request.query);
    if (parsed.kind === 'refused') {
      throw new DrydockError(parsed.code, { details: { errors: parsed.errors } });
    }
    const { jobs, nextCursor } = await store.list(parsed.query);
    if (nextCursor !== null) response.links({ next: toNextPage(request.originalUrl, nextCursor) });
    const list: JobListJson = { object: 'list', data: jobs.map(toJobJson), next_cursor: nextCursor };
    response.set('Cache-Control', 'private, no-cache').json(list);
  };
}

function toNextPage(url: string, cursor: string): string {
  const [path = '', query = ''] = url.split('?', 2);
  const next = new URLSearchParams(query);
  next.set('cursor', cursor);
  return `${path}?${next.toString()}`;
}

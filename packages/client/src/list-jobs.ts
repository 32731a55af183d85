import type { JobId, JobJson, JobKind, JobState } from '@drydock/contracts';
import { JobListJson } from '@drydock/contracts';
import { parseAnswer } from './parse-answer.ts';

/** Which jobs are asked for; an absent filter passes every job. */
export interface JobFilter {
  readonly status?: JobState | readonly JobState[];
  readonly kind?: JobKind;
  /** The first job of a thread: it, and all that follow it. */
  readonly thread?: JobId;
  /** A job has to carry all of them. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** Jobs of one answer, 1 to 100. Default 100. */
  readonly pageSize?: number;
}

const PAGE_SIZE = 100;

/** Every job that passes, page after page, until the server has no more. */
export async function* listJobs(
  send: (path: string) => Promise<Response>,
  filter: JobFilter,
): AsyncGenerator<JobJson, void> {
  const query = toQuery(filter);
  for (;;) {
    const page = await parseAnswer(JobListJson, await send(`/v1/jobs?${query.toString()}`));
    yield* page.data;
    if (page.next_cursor === null) return;
    query.set('cursor', page.next_cursor);
  }
}

function toQuery(filter: JobFilter): URLSearchParams {
  const query = new URLSearchParams({ limit: String(filter.pageSize ?? PAGE_SIZE) });
  if (filter.status !== undefined) query.set('status', [filter.status].flat().join(','));
  if (filter.kind !== undefined) query.set('kind', filter.kind);
  if (filter.thread !== undefined) query.set('thread', filter.thread);
  for (const [name, value] of Object.entries(filter.labels ?? {})) query.append('label', `${name}:${value}`);
  if (filter.createdAfter) query.set('created_after', filter.createdAfter.toISOString());
  if (filter.createdBefore) query.set('created_before', filter.createdBefore.toISOString());
  return query;
}

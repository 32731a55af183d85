import { JobId, type JobRecord } from '@drydock/contracts';
import type { JobStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';

/** The job of a path. Throws `not_found`, the same for an id that is malformed and for one that is unknown. */
export async function findJob(store: Pick<JobStore, 'find'>, id: unknown): Promise<JobRecord> {
  const jobId = JobId.safeParse(id);
  const job = jobId.success ? await store.find(jobId.data) : undefined;
  if (!job) throw new DrydockError('not_found');
  return job;
}

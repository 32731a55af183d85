import type { JobId } from '@drydock/contracts';
import { Approval } from '@drydock/contracts';
import { toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';

/** An approval of a job's hash of them. Throws `internal_error` where it is none. */
export function parseApproval(jobId: JobId, id: string, fields: Readonly<Record<string, string>>): Approval {
  const field = (name: string) => fields[`${id}:${name}`];
  return parseStored(Approval, {
    id,
    object: 'approval',
    job_id: jobId,
    status: field('status'),
    fence: Number(field('fence')),
    request: parseStoredJson(fields[id]),
    remember: field('remember') === '1',
    uses: Number(field('uses') ?? 0),
    reason: field('reason') || null,
    created_at: toTime(field('createdAt')),
    expires_at: toTime(field('expiresAt')),
    decided_at: toTime(field('decidedAt')),
  });
}

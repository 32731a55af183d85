import type { JobId as JobIdType } from '@drydock/contracts';
import { JobId } from '@drydock/contracts';
import { ulid } from 'ulid';

/** A new job id: sorts by the time it was made. */
export function newJobId(): JobIdType {
  return JobId.parse(`job_${ulid()}`);
}

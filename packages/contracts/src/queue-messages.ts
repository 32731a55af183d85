import { z } from 'zod';
import { JobId } from './ids.ts';

/**
 * What travels through BullMQ. A message only wakes a worker: the job record is the truth, and a message that says
 * something old is answered by a refused claim. A changed shape gets a new name, since old and new workers run side by side.
 */
export const QUEUE_MESSAGES = {
  'job.run': z.strictObject({ jobId: JobId, fence: z.int() }),
} as const;
export type JobRunMessage = z.infer<(typeof QUEUE_MESSAGES)['job.run']>;

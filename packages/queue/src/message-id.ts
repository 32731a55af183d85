import type { JobRunMessage } from '@drydock/contracts';
import { QUEUE_MESSAGES } from '@drydock/contracts';
import { parseStored } from './parse-stored.ts';

/** The id of a message, in the outbox and in BullMQ (which takes no `:` in ids): the same message is queued once. */
export function messageId({ jobId, fence }: JobRunMessage): string {
  return `${jobId}-${fence}`;
}

/** Throws `internal_error` where the id names no message. */
export function parseMessageId(id: string): JobRunMessage {
  const [jobId, fence] = id.split('-');
  return parseStored(QUEUE_MESSAGES['job.run'], { jobId, fence: Number(fence) });
}

import { z } from 'zod';
import { JobId, MessageId } from './ids.ts';
import { Text } from './text.ts';

/** Messages that one job takes: a person steers it, and does not hold a conversation with it. */
export const MAX_JOB_MESSAGES = 50;

/** The body of `POST /v1/jobs/{id}/messages`. */
export const MessageRequest = z.strictObject({ text: Text.max(16_000).regex(/\S/, 'Is empty') });
export type MessageRequest = z.infer<typeof MessageRequest>;

/** What a person wrote to a job that runs, as the store keeps it. */
export const JobMessage = z.object({ id: MessageId, text: z.string(), at: z.iso.datetime() });
export type JobMessage = z.infer<typeof JobMessage>;

/** A message as `POST /v1/jobs/{id}/messages` answers it. */
export const MessageJson = z.object({
  id: MessageId,
  object: z.literal('message'),
  job_id: JobId,
  text: z.string(),
  created_at: z.iso.datetime(),
});
export type MessageJson = z.infer<typeof MessageJson>;

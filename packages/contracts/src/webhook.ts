import { z } from 'zod';
import { Approval } from './approval.ts';
import { JobId } from './ids.ts';
import { JobState } from './job.ts';

/** What a job's `callback_url` is told. */
const WebhookType = z.enum(['approval.requested', 'approval.decided', 'job.finished']);

/** The body of a webhook: what happened, as it was then. Links are paths of the API. */
export const WebhookBody = z.object({
  type: WebhookType,
  /** When it happened, ISO 8601 in UTC. */
  timestamp: z.iso.datetime(),
  data: z.object({
    job_id: JobId,
    status: JobState,
    /** `null` until the job is over, and for review and explain. */
    verified: z.boolean().nullable(),
    approval: Approval.optional(),
    /** Present where `approval.request.cmd` is only how the command begins; `links.approvals` has all of it. */
    cmd_truncated: z.literal(true).optional(),
    links: z.object({
      self: z.string(),
      events: z.string(),
      /** Where an approval is decided. */
      decide: z.string().optional(),
      /** Where questions and answers of the job stand whole. */
      approvals: z.string().optional(),
    }),
  }),
});
export type WebhookBody = z.infer<typeof WebhookBody>;

import { z } from 'zod';

/** Every error that leaves Drydock, by its stable code. What a code means: the catalogue in core. */
export const ErrorCode = z.enum([
  // caller
  'malformed_request',
  'request_timeout',
  'headers_too_large',
  'method_not_allowed',
  'malformed_json',
  'unsupported_media_type',
  'body_too_large',
  'invalid_request',
  'unknown_field',
  'idempotency_mismatch',
  'tool_unavailable',
  'bad_source',
  'source_unavailable',
  'unauthorized',
  'not_found',
  'not_ready',
  'job_finished',
  'message_refused',
  'queue_full',
  'no_checkpoint',
  'approval_over',
  'plan_not_approved',
  'no_recording',
  'replay_diverged',
  'replay_ended',
  'safe_mode',
  'too_many_secrets',
  // model
  'model_error',
  'model_auth',
  'model_unavailable',
  'model_timeout',
  'model_rate_limited',
  'model_quota_exhausted',
  'model_not_found',
  'model_refused',
  'model_content_filtered',
  'model_context_overflow',
  'model_bad_answer',
  'model_price_unknown',
  'no_submission',
  'agent_stuck',
  'budget_exceeded',
  // sandbox
  'sandbox_lost',
  'sandbox_policy_violation',
  'protocol_error',
  'patch_rejected',
  'verification_failed',
  // platform
  'deadline_exceeded',
  'lease_lost',
  'attempts_exhausted',
  'checkpoint_refused',
  'store_unavailable',
  'store_full',
  'store_misconfigured',
  'engine_unavailable',
  'tier_unavailable',
  'egress_unavailable',
  'overloaded',
  'secrets_unavailable',
  'sandbox_start_failed',
  'internal_error',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** Who has to act: it picks the HTTP class, the log level and the alert label. */
export const Blame = z.enum(['caller', 'model', 'sandbox', 'platform']);
export type Blame = z.infer<typeof Blame>;

/** The JSON form of an error in a job or an event. */
export const ErrorBody = z.strictObject({ code: ErrorCode, message: z.string(), blame: Blame });
export type ErrorBody = z.infer<typeof ErrorBody>;

/** RFC 9457 problem details, as every refused request is answered. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: ErrorCode,
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  request_id: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

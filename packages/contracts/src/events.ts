import { z } from 'zod';
import { ApprovalRequest, ApprovalStatus } from './approval.ts';
import { ErrorBody } from './error-codes.ts';
import { EgressDecision } from './egress-protocol.ts';
import { ApprovalId, MessageId } from './ids.ts';
import { JobState } from './job.ts';
import { Warning } from './warning.ts';
import { Plan, PlanStepStatus } from './plan.ts';
import { Stage } from './stage.ts';
import { Usage } from './transcript.ts';

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ type: z.literal(type), data });

/** What happens to a job, by type. Types may be added, none is renamed (contract.md). */
export const JobEventBody = z.discriminatedUnion('type', [
  event(
    'job.state_changed',
    z.object({ from: JobState.nullable(), to: JobState, reason: z.string().optional() }),
  ),
  event(
    'plan.updated',
    z.object({
      plan: Plan.optional(),
      steps: z.array(z.object({ step: z.string(), status: PlanStepStatus })),
      explanation: z.string().optional(),
    }),
  ),
  event(
    'message.added',
    z.object({
      role: z.enum(['assistant', 'user']),
      text: z.string(),
      /** Of a message that a person sent to the job. */
      message_id: MessageId.optional(),
    }),
  ),
  event('command.started', z.object({ call_id: z.string(), cmd: z.string(), workdir: z.string() })),
  event('command.output_appended', z.object({ call_id: z.string(), text: z.string() })),
  event(
    'command.finished',
    z.object({
      call_id: z.string(),
      exit_code: z.int().nullable(),
      signal: z.string().nullable(),
      duration_ms: z.number(),
      timed_out: z.boolean(),
      output_bytes: z.int(),
      /** Present where the command was stopped at the end of a slice, so that its output is not whole. */
      truncated: z.literal(true).optional(),
    }),
  ),
  event('file.changed', z.object({ path: z.string(), kind: z.enum(['added', 'modified', 'deleted']) })),
  event(
    'attempt.resumed',
    z.object({
      after: z.enum(['attempt', 'job']),
      stage: Stage,
      turns: z.int(),
      digest: z.string().nullable(),
    }),
  ),
  /** The conversation was too long and was cut; the numbers are estimates. */
  event('conversation.compacted', z.object({ before_tokens: z.int(), after_tokens: z.int() })),
  event('checkpoint.saved', z.object({ digest: z.string(), bytes: z.int() })),
  event(
    'policy.decided',
    z.object({
      call_id: z.string(),
      tool: z.string(),
      verdict: z.enum(['allow', 'ask', 'deny', 'safe_mode']),
      reason: z.string(),
      /** Of a command: the rule that decided, where it stands in the text (UTF-16 units), and what to do instead. */
      rule: z.string().optional(),
      span: z.object({ start: z.int(), end: z.int() }).optional(),
      alternative: z.string().optional(),
      hosts: z.array(z.string()).optional(),
      /** What would have been decided, where the operator only wants reports. */
      ruled: z.string().optional(),
    }),
  ),
  event('egress.decided', EgressDecision),
  event('egress.availability_changed', z.object({ state: z.enum(['lost', 'back']) })),
  /** Text that is addressed to the model where only data was expected; it can change nothing that is decided here. */
  event(
    'injection.suspected',
    z.object({ call_id: z.string().optional(), origin: z.string(), rule: z.string(), excerpt: z.string() }),
  ),
  event(
    'approval.requested',
    z.object({ approval_id: ApprovalId, request: ApprovalRequest, expires_in_seconds: z.number() }),
  ),
  event(
    'approval.decided',
    z.object({ approval_id: ApprovalId, status: ApprovalStatus, remember: z.boolean() }),
  ),
  /** The container was not what it was made as any more, and was ended for it: which settings, in words. */
  event('sandbox.drifted', z.object({ violations: z.array(z.string()) })),
  event('usage.charged', z.object({ turn: z.int(), usage: Usage, total: Usage })),
  event('warning.raised', Warning),
  event(
    'job.finished',
    z.object({ status: JobState, verified: z.boolean().nullable(), error: ErrorBody.nullable() }),
  ),
]);
export type JobEventBody = z.infer<typeof JobEventBody>;
export type JobEventType = JobEventBody['type'];

/** One event as stored and served. `seq` starts at 1 and has no gaps; the SSE id is `seq`. */
export const JobEvent = z.intersection(
  JobEventBody,
  z.object({ seq: z.int().positive(), at: z.iso.datetime(), attempt: z.int().nonnegative() }),
);
export type JobEvent = z.infer<typeof JobEvent>;

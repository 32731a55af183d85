import { z } from 'zod';
import { HostPattern } from './host-pattern.ts';
import { ApprovalId, JobId } from './ids.ts';
import { Plan } from './plan.ts';
import { SecretName } from './secret.ts';

export const HttpMethod = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
export type HttpMethod = z.infer<typeof HttpMethod>;

/** What may be reached, how and how long. The operator's rules are the ceiling of every grant. */
export const ToolUseGrant = z.strictObject({
  host: HostPattern,
  /** 80 and 443 where absent. */
  port: z.int().min(1).max(65_535).optional(),
  /** A header that the gateway adds, with a secret that never enters the sandbox. */
  inject: z
    .strictObject({
      header: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
      secret: SecretName,
      /** Before the secret: `Bearer ` for example. */
      prefix: z.string().max(64).default(''),
    })
    .optional(),
  /** For plain HTTP, where a method can be seen; GET and HEAD where absent. */
  methods: z.array(HttpMethod).min(1).max(7).optional(),
  /** Since the attempt began; as long as the attempt where absent. */
  ttl_seconds: z.int().min(1).max(86_400).optional(),
  /** Connections; as many as the quota lets where absent. */
  max_uses: z.int().min(1).max(10_000).optional(),
});
export type ToolUseGrant = z.infer<typeof ToolUseGrant>;

/**
 * Who approves tool calls that reach out of the sandbox. `false`: nobody, they are aborted. `true`: the caller, in
 * advance, for all that the operator's rules let be reached. Grants: the caller, for these. `"ask"`: a person, each time.
 */
export const ToolUseApproval = z.union([
  z.boolean(),
  z.literal('ask'),
  z.strictObject({
    grants: z.array(ToolUseGrant).max(64).default([]),
    /** Tier high: privileged commands in instruction, code or commands do not lead to safe mode. */
    privileged: z.boolean().default(false),
  }),
]);
export type ToolUseApproval = z.infer<typeof ToolUseApproval>;

export const APPROVAL_STATUSES = ['pending', 'approved', 'denied', 'expired', 'void'] as const;
/** `expired`: nobody decided in time. `void`: the attempt that asked is over. Both are denials. */
export const ApprovalStatus = z.enum(APPROVAL_STATUSES);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** What a person is asked to allow: written by the worker, from what it would run. */
export const ApprovalRequest = z.object({
  call_id: z.string().max(200),
  tool: z.string().max(100),
  /** The command as it would run, or null where a permission is asked for beforehand. */
  cmd: z.string().max(65_536).nullable(),
  /** SHA-256 of tool, command and working directory: what an approval is good for, and nothing else. */
  call_sha256: z.string().length(64),
  hosts: z.array(z.string().max(253)).max(32),
  methods: z.array(HttpMethod).max(7),
  /** Which rule asks, and why. */
  rule: z.string().max(100),
  reason: z.string().max(1_000),
  /** The model's own words: untrusted. */
  justification: z.string().max(2_000).nullable(),
  /** The plan, where it is the plan that is to be approved. */
  plan: Plan.optional(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

export const ApprovalDecision = z.enum(['approve', 'deny']);
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

/** The body of `POST /v1/jobs/{id}/approvals/{approval_id}`. */
export const ApprovalDecisionRequest = z.strictObject({
  decision: ApprovalDecision,
  /** Approves every later call of this job to the same hosts, too. */
  remember: z.boolean().default(false),
  /** Shown to the model. */
  reason: z.string().trim().max(1_000).optional(),
});
export type ApprovalDecisionRequest = z.infer<typeof ApprovalDecisionRequest>;

/** A question to a person and what became of it, as the store keeps it and as it is served. Times: ISO 8601, UTC. */
export const Approval = z.object({
  id: ApprovalId,
  object: z.literal('approval'),
  job_id: JobId,
  status: ApprovalStatus,
  /** The attempt that asked: its fence. */
  fence: z.int(),
  request: ApprovalRequest,
  remember: z.boolean(),
  /** How often it was made use of. */
  uses: z.int().nonnegative(),
  reason: z.string().nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  decided_at: z.iso.datetime().nullable(),
});
export type Approval = z.infer<typeof Approval>;

export const ApprovalListJson = z.object({ object: z.literal('list'), data: z.array(Approval) });
export type ApprovalListJson = z.infer<typeof ApprovalListJson>;

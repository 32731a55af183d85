import { z } from 'zod';
import { ApprovalId, JobId, SandboxId } from './ids.ts';
import { SecretName } from './secret.ts';

/** Whose log it is. There is one tenant for now. */
export const TenantId = z.string().regex(/^[a-z0-9-]{1,40}$/);
export type TenantId = z.infer<typeof TenantId>;
export const DEFAULT_TENANT: TenantId = 'default';

/** What is put on record. Actions may be added, none is renamed. */
export const AuditAction = z.enum([
  'job.submitted',
  'job.continued',
  'job.cancelled',
  'job.finished',
  'approval.requested',
  'approval.decided',
  'command.denied',
  'egress.denied',
  'egress.allowed',
  'safe_mode.entered',
  'sandbox.drift_killed',
  'webhook.dropped',
  'audit.removed',
  'secret.set',
  'secret.deleted',
  'secret.used',
]);
export type AuditAction = z.infer<typeof AuditAction>;

export const AuditActor = z.strictObject({
  type: z.enum(['caller', 'worker', 'monitor', 'operator']),
  /** `key_…` of a caller, the id of a worker, the duty of a monitor. */
  id: z.string().min(1).max(100),
});
export type AuditActor = z.infer<typeof AuditActor>;

export const AuditSubject = z.strictObject({
  job_id: JobId.optional(),
  approval_id: ApprovalId.optional(),
  secret: SecretName.optional(),
  sandbox_id: SandboxId.optional(),
});
export type AuditSubject = z.infer<typeof AuditSubject>;

const MAX_TEXT_CHARS = 256;
const MAX_FIELDS = 16;

/** Small and flat, and never a secret. */
export const AuditData = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
    z.union([z.string().max(MAX_TEXT_CHARS), z.int(), z.boolean(), z.null()]),
  )
  .refine((data) => Object.keys(data).length <= MAX_FIELDS, `More than ${MAX_FIELDS} fields`);
export type AuditData = z.infer<typeof AuditData>;

/** `prev` of the first entry. */
export const AUDIT_GENESIS = '0'.repeat(64);

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
/** Open, so that an older reader follows a newer log. */
const AnyAction = z.string().regex(/^[a-z_]{1,40}\.[a-z_]{1,40}$/);

/**
 * One entry of the audit log. Sequence numbers start at 1 and have no gap; `prev` is the hash of the entry before,
 * `hash` the SHA-256, lower-case hex, of `auditText`.
 */
export const AuditEntry = z.strictObject({
  seq: z.int().positive(),
  at: z.iso.datetime(),
  tenant: TenantId,
  actor: AuditActor,
  action: AnyAction,
  subject: AuditSubject,
  data: AuditData,
  prev: Hash,
  hash: Hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The last entry of a log; `seq` is 0 and `hash` is AUDIT_GENESIS where it is empty. */
export const AuditHead = z.strictObject({ seq: z.int().nonnegative(), hash: Hash });
export type AuditHead = z.infer<typeof AuditHead>;

/** One page of `GET /v1/audit`, oldest first. */
export const AuditListJson = z.object({
  object: z.literal('list'),
  data: z.array(AuditEntry),
  head: AuditHead,
  has_more: z.boolean(),
});
export type AuditListJson = z.infer<typeof AuditListJson>;

/** What the hash of an entry is of: canonical JSON (RFC 8785) of all of it but `hash`. */
export function auditText({ hash: _hash, ...entry }: Omit<AuditEntry, 'hash'> & { hash?: string }): string {
  return JSON.stringify(entry, sortKeys);
}

/** By UTF-16 code units, as the RFC orders them; its numbers and strings are those of JSON.stringify. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

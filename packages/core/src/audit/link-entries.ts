import type { AuditEntry, AuditHead, TenantId } from '@drydock/contracts';
import { auditText } from '@drydock/contracts';
import type { AuditDraft } from './audit-ports.ts';

/** A draft with the time of its writing, ISO 8601 in UTC. */
export type DatedDraft = Omit<AuditDraft, 'action'> & Pick<AuditEntry, 'action' | 'at'>;

export interface AuditChain {
  readonly tenant: TenantId;
  readonly head: AuditHead;
  /** SHA-256 of a text, lower-case hex. */
  readonly digest: (text: string) => string;
}

/** Gives drafts their place behind the head: number, hash of the entry before, hash. */
export function linkEntries(
  { tenant, head, digest }: AuditChain,
  drafts: readonly DatedDraft[],
): AuditEntry[] {
  let { seq, hash: prev } = head;
  return drafts.map(({ at, actor, action, subject, data }) => {
    seq += 1;
    const entry = { seq, at, tenant, actor, action, subject, data, prev };
    prev = digest(auditText(entry));
    return { ...entry, hash: prev };
  });
}

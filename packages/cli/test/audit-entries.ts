import { createHash } from 'node:crypto';
import type { AuditEntry } from '@drydock/contracts';
import { AUDIT_GENESIS, AuditEntry as Entry, auditText } from '@drydock/contracts';

/** An intact log of so many entries. */
export function buildEntries(count: number): AuditEntry[] {
  let prev = AUDIT_GENESIS;
  return Array.from({ length: count }, (_, index) => {
    const entry = seal({
      seq: index + 1,
      at: `2026-01-01T00:00:0${index % 10}.000Z`,
      tenant: 'default',
      actor: { type: 'caller', id: 'key_1' },
      action: 'job.submitted',
      subject: {},
      data: { kind: 'fix', n: index },
      prev,
      hash: AUDIT_GENESIS,
    });
    prev = entry.hash;
    return entry;
  });
}

/** The entry with the hash that it ought to have: what somebody makes who rewrites one. */
export function seal(entry: AuditEntry): AuditEntry {
  return Entry.parse({ ...entry, hash: createHash('sha256').update(auditText(entry)).digest('hex') });
}

import type { AuditTombstone } from '@drydock/core';
import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** As long as that of the other duties of this office, which renew it too. */
const OFFICE_MS = 3 * 60_000;
const HOUR_MS = 60 * 60_000;
/** More than the store keeps: a tombstone that is not in a file yet is in there. */
const MAX_STORED = 25_000;

type RemoveDeps = Pick<MonitorDeps, 'audit' | 'auditArchive' | 'archivist' | 'auditRetentionMs' | 'clock'>;

/**
 * Removes audit files that are older than they have to be kept; keeps all where there is no such age. First the log says
 * so: an entry `audit.removed` with number and hash of the last one that will go. Files go only when that entry is in a
 * later file itself, so that the chain that is left proves where it begins, also when nothing but files is left.
 */
export function createRemoveAudit({
  audit,
  auditArchive,
  archivist,
  auditRetentionMs,
  clock,
}: RemoveDeps): Sweep {
  return {
    name: 'remove_audit',
    intervalMs: HOUR_MS,
    timeoutMs: 5 * 60_000,
    run: async () => {
      if (auditRetentionMs === undefined || !(await archivist.hold(OFFICE_MS))) return;
      const old = await auditArchive.findOlder(clock.now() - auditRetentionMs);
      if (old === undefined) return;
      const kept = await auditArchive.findTombstone(old.throughSeq);
      if (kept !== undefined) await auditArchive.removeThrough(kept.throughSeq);
      if (kept !== undefined && kept.throughSeq >= old.throughSeq) return;
      if (!(await isAnnounced(audit, old))) await announce(audit, old);
    },
  };
}

async function isAnnounced(audit: RemoveDeps['audit'], { throughSeq }: AuditTombstone): Promise<boolean> {
  // Linked first: what waits for its number is read too.
  await audit.link();
  const stored = await audit.read(throughSeq, MAX_STORED);
  return stored.some(
    ({ action, data }) => action === 'audit.removed' && Number(data['through_seq']) >= throughSeq,
  );
}

async function announce(
  audit: RemoveDeps['audit'],
  { throughSeq, throughHash }: AuditTombstone,
): Promise<void> {
  const data = { through_seq: throughSeq, through_hash: throughHash };
  const actor = { type: 'monitor', id: 'remove_audit' } as const;
  await audit.append([{ action: 'audit.removed', actor, subject: {}, data }]);
}

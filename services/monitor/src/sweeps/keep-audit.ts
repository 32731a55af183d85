import type { AuditMovePolicy } from '@drydock/core';
import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** As long as that of the other duties of this office, which renew it too. */
const OFFICE_MS = 3 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Some 10 MB of the store at most, and at most two small files a day. */
const POLICY: AuditMovePolicy = { maxAgeMs: DAY_MS, maxEntries: 20_000, segmentEntries: 5_000 };
/** Files that one pass writes; the next one takes the rest. */
const MAX_SEGMENTS = 10;

/**
 * Gives audit entries their place in the chain, and moves old ones from the store to files. What is on disk twice after a
 * crash in between is passed over by the next pass, which then trims the store.
 */
export function createKeepAudit({
  audit,
  auditArchive,
  archivist,
}: Pick<MonitorDeps, 'audit' | 'auditArchive' | 'archivist'>): Sweep {
  return {
    name: 'keep_audit',
    intervalMs: 1_000,
    timeoutMs: 30_000,
    run: async (signal) => {
      await audit.link();
      if (!(await archivist.hold(OFFICE_MS))) return;
      for (let segment = 0; segment < MAX_SEGMENTS && !signal.aborted; segment += 1) {
        const entries = await audit.findMovable(POLICY);
        if (entries.length === 0) return;
        await audit.trim(await auditArchive.put(entries));
      }
    },
  };
}

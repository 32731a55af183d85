import type { AuditEntry, AuditHead } from '@drydock/contracts';
import type { AuditArchive, AuditLog } from '@drydock/core';

export interface AuditTrailDeps {
  readonly audit: Pick<AuditLog, 'read' | 'readHead'>;
  readonly auditArchive: Pick<AuditArchive, 'read'>;
}

/** The whole log, whether entries are still in the store or in files already. */
export class AuditTrail {
  readonly #deps: AuditTrailDeps;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
  }

  readHead(): Promise<AuditHead> {
    return this.#deps.audit.readHead();
  }

  /**
   * Entries with `seq > afterSeq`, at most `limit`, in order. The store first: what it does not have any more is in
   * files by then, since nothing leaves it before.
   */
  async read(afterSeq: number, limit: number): Promise<readonly AuditEntry[]> {
    const { audit, auditArchive } = this.#deps;
    const stored = await audit.read(afterSeq, limit);
    if (stored[0]?.seq === afterSeq + 1) return stored;
    const moved = await auditArchive.read(afterSeq, limit);
    const last = moved.at(-1)?.seq ?? afterSeq;
    return [...moved, ...stored.filter(({ seq }) => seq > last)].slice(0, limit);
  }
}

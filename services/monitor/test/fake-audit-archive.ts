import type { AuditEntry } from '@drydock/contracts';
import type { AuditTombstone } from '@drydock/core';

/** Numbers that are on disk, in the order in which they came. */
export class FakeAuditArchive {
  readonly kept: number[] = [];

  older: AuditTombstone | undefined;
  tombstone: AuditTombstone | undefined;
  readonly removed: number[] = [];

  async findOlder(): Promise<AuditTombstone | undefined> {
    return this.older;
  }

  async findTombstone(): Promise<AuditTombstone | undefined> {
    return this.tombstone;
  }

  async removeThrough(seq: number): Promise<void> {
    this.removed.push(seq);
  }

  async put(entries: readonly AuditEntry[]): Promise<number> {
    const last = this.kept.at(-1) ?? 0;
    this.kept.push(...entries.map(({ seq }) => seq).filter((seq) => seq > last));
    return this.kept.at(-1) ?? 0;
  }
}

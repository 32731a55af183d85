import type { AuditMovePolicy } from './audit-ports.ts';

/** What is known of the store's part of a log. */
interface StoredAudit {
  /** Times of the oldest entries, epoch milliseconds, at most as many as fit a segment. */
  readonly oldestAt: readonly number[];
  /** Entries in the store. */
  readonly entries: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** How many of the oldest entries are to be moved now. Half the age at once, so that a quiet log makes few files. */
export function countMovable({ oldestAt, entries, now }: StoredAudit, policy: AuditMovePolicy): number {
  const [first] = oldestAt;
  const ageOf = (at: number) => now - at;
  if (first === undefined) return 0;
  if (entries > policy.maxEntries) return Math.min(oldestAt.length, policy.segmentEntries);
  if (ageOf(first) <= policy.maxAgeMs) return 0;
  const young = oldestAt.findIndex((at) => ageOf(at) <= policy.maxAgeMs / 2);
  return young === -1 ? oldestAt.length : young;
}

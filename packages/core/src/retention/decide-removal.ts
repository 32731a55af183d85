import type { RemovalReason, RetentionPolicy } from '../retention-ports.ts';

/** An ended job, in the order of their ends. */
interface Candidate {
  readonly ageMs: number;
  /** How many ended before it. */
  readonly rank: number;
}

interface Stock {
  readonly endedJobs: number;
  /** Share of the store's memory in use; 0 where it has no limit. */
  readonly memoryShare: number;
}

/** Why an ended job is to be removed now; undefined where it is kept. */
export function decideRemoval(
  { ageMs, rank }: Candidate,
  { endedJobs, memoryShare }: Stock,
  policy: RetentionPolicy,
): Exclude<RemovalReason, 'artifacts'> | undefined {
  if (ageMs >= policy.maxAgeMs) return 'age';
  if (ageMs < policy.minAgeMs) return undefined;
  if (endedJobs - rank > policy.maxJobs) return 'count';
  return memoryShare > policy.maxMemoryShare ? 'memory' : undefined;
}

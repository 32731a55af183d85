import type { Digest, JobId } from '@drydock/contracts';

/** How much of what ended is kept. The oldest goes first; a job that is not over never goes. */
export interface RetentionPolicy {
  /** Milliseconds after its end for which a job is kept at most. */
  readonly maxAgeMs: number;
  /** Ended jobs that are kept at most. */
  readonly maxJobs: number;
  /** Share of the store's memory, 0 to 1, above which older jobs make room for newer ones. */
  readonly maxMemoryShare: number;
  /** Milliseconds after its end for which a job is kept although there are too many: its caller comes to read it. */
  readonly minAgeMs: number;
}

/** Why a job was removed. */
export type RemovalReason = 'age' | 'count' | 'memory' | 'artifacts';

/** An ended job, and what it refers to. */
export interface EndedJob {
  readonly jobId: JobId;
  readonly digests: readonly Digest[];
}

/** What must not be removed from the artifact store. */
export interface ArtifactReferences {
  /** How many jobs and uploads refer to a digest; none: it has no entry. */
  readonly counts: ReadonlyMap<Digest, number>;
  /** What uploads and jobs that are not over refer to: no ended job makes room of it. */
  readonly held: ReadonlySet<Digest>;
  /** Epoch milliseconds. What was put later may be referred to, although nothing does yet. */
  readonly settledBefore: number;
}

/** Memory of the store, bytes; `maxBytes` is 0 where there is no limit. */
export interface StoreMemory {
  readonly usedBytes: number;
  readonly maxBytes: number;
}

/** The jobs that are over, until they are forgotten with all that was kept of them. */
export interface JobArchive {
  /** Removes what the policy does not keep, at most 500 jobs; resolves with how many it removed for which reason. */
  removeEnded(policy: RetentionPolicy, signal: AbortSignal): Promise<ReadonlyMap<RemovalReason, number>>;
  /** The oldest that ended more than `minAgeMs` ago, at most `limit`. */
  listEnded(minAgeMs: number, limit: number): Promise<readonly EndedJob[]>;
  /** Removes one; false where it is not over, or already removed. */
  remove(jobId: JobId): Promise<boolean>;
  /** Every digest of every record. */
  findReferences(signal: AbortSignal): Promise<ArtifactReferences>;
  readMemory(): Promise<StoreMemory>;
}

export interface ArtifactSweep {
  readonly isReferenced: (digest: Digest) => boolean;
  /** Epoch milliseconds. What was written later stays. */
  readonly writtenBefore: number;
}

/** What a sweep found and did, bytes and files. */
export interface SweptArtifacts {
  readonly removed: number;
  readonly removedBytes: number;
  /** What is referred to, with its bytes. */
  readonly kept: ReadonlyMap<Digest, number>;
}

/** The artifact store, from the side that removes. */
export interface ArtifactSweeper {
  /** Removes what nothing refers to. Safe beside writers, readers and another sweep; may be cut short by a crash. */
  sweep(request: ArtifactSweep, signal: AbortSignal): Promise<SweptArtifacts>;
}

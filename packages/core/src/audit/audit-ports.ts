import type {
  AuditAction,
  AuditActor,
  AuditData,
  AuditEntry,
  AuditHead,
  AuditSubject,
} from '@drydock/contracts';

/** What is to be put on record; sequence number, time and hashes are the log's. */
export interface AuditDraft {
  readonly action: AuditAction;
  readonly actor: AuditActor;
  readonly subject: AuditSubject;
  readonly data: AuditData;
}

/** How long entries stay in the store before they are moved to files. */
export interface AuditMovePolicy {
  /** Milliseconds. When the oldest is older, all that are older than half of it are moved. */
  readonly maxAgeMs: number;
  /** Entries in the store, above which the oldest are moved whatever their age. */
  readonly maxEntries: number;
  /** Entries that are moved at once: one file. */
  readonly segmentEntries: number;
}

/**
 * The append-only log of one tenant. An entry is durable from `append` on, or from the very write that changes a job,
 * an approval or a secret: those scripts append by themselves. `link` gives what was appended, in order, its place in
 * the chain.
 */
export interface AuditLog {
  /** Durable when it resolves; all or none. */
  append(drafts: readonly AuditDraft[]): Promise<void>;
  /** Chains what waits. Safe beside others that do the same; what it leaves is for the next call. */
  link(): Promise<void>;
  /** The last entry, with all that was appended before the call. */
  readHead(): Promise<AuditHead>;
  /** Entries with `seq > afterSeq` that are still in the store, at most `limit`, in order. */
  read(afterSeq: number, limit: number): Promise<readonly AuditEntry[]>;
  /** The oldest entries, where the policy wants them moved; none otherwise. */
  findMovable(policy: AuditMovePolicy): Promise<readonly AuditEntry[]>;
  /** Forgets entries up to a sequence number. The head stays. */
  trim(throughSeq: number): Promise<void>;
}

/** The last of the entries that were, or are to be, removed: what comes behind it has its hash as `prev`. */
export interface AuditTombstone {
  readonly throughSeq: number;
  readonly throughHash: string;
}

/** Entries that were moved out of the store, for good. */
export interface AuditArchive {
  /** The end of the files whose entries are all older than a time (epoch milliseconds); the last file is never one. */
  findOlder(beforeMs: number): Promise<AuditTombstone | undefined>;
  /** The latest entry behind a number that says what is removed. */
  findTombstone(afterSeq: number): Promise<AuditTombstone | undefined>;
  /** Removes whole files up to a number, the oldest first. */
  removeThrough(seq: number): Promise<void>;
  /**
   * Keeps consecutive entries; what it has already is passed over. Resolves with the last sequence number that is on
   * disk. Throws `internal_error` where they do not continue the chain that it has.
   */
  put(entries: readonly AuditEntry[]): Promise<number>;
  /** Entries with `seq > afterSeq`, at most `limit`, in order. */
  read(afterSeq: number, limit: number): Promise<readonly AuditEntry[]>;
}

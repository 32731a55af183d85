import type {
  ArtifactDigests,
  AuditActor,
  Digest,
  ErrorBody,
  JobEvent,
  JobEventBody,
  JobId,
  JobKind,
  JobRecord,
  JobResult,
  JobSpec,
  JobState,
  SignedCheckpoint,
  WorkerId,
} from '@drydock/contracts';
import type { TerminalState } from './job/lifecycle.ts';

/** The exclusive, expiring right to an attempt. Every write carries it; a stale one is refused with `lease_lost`. */
export interface Lease {
  readonly jobId: JobId;
  readonly workerId: WorkerId;
  readonly fence: number;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly lease: Lease; readonly job: JobRecord }
  | { readonly kind: 'refused'; readonly reason: 'not_found' | 'not_queued' | 'stale_message' };

/** What ends a job, written at once: state, result, error, artifacts and the event `job.finished`. */
export interface Commit {
  readonly to: TerminalState;
  readonly result: JobResult;
  readonly error: ErrorBody | null;
  readonly artifacts: ArtifactDigests;
}

/** What a caller marks a request with, so that sending it again cannot make a second job. Kept for 24 hours, or for as long as the job. */
export interface IdempotentRequest {
  readonly key: string;
  /** Equal for equal requests, and for no others. */
  readonly digest: string;
}

/** Which jobs are asked for. An absent filter passes every job. */
export interface JobQuery {
  /** Jobs of a page at most, 1 to 100. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  readonly states?: readonly JobState[] | undefined;
  readonly kind?: JobKind | undefined;
  /** The first job of a thread: it, and all that follow it. */
  readonly thread?: JobId | undefined;
  /** A job has to carry all of them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly createdAfter?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  readonly createdBefore?: number | undefined;
}

/** A page may have fewer jobs than were asked for, and none, where many do not match: only a null cursor ends a list. */
export interface JobPage {
  readonly jobs: readonly JobRecord[];
  readonly nextCursor: string | null;
}

/** `requested`: it is over, or will end as cancelled and nothing else. */
export type Cancellation = 'requested' | 'already_cancelled' | 'already_finished' | 'not_found';

export interface Heartbeat {
  readonly state: JobState;
  /** Whether the attempt has to end now: nothing but `cancelled` can be committed any more. */
  readonly cancelRequested: boolean;
}

/** What an attempt has come to: it stands where nobody lives to write a better one. */
export interface SoFar {
  readonly result?: JobResult;
  /** The workspace as it was last saved. */
  readonly checkpoint?: Digest;
  /** What can be gone on from; the artifacts that are recorded with it belong to it. */
  readonly signedCheckpoint?: SignedCheckpoint;
}

/** What a job is accepted with, beside what it asks for. */
export interface NewJob {
  /** Who asked for it, for the audit log. */
  readonly by?: AuditActor | undefined;
  readonly request?: IdempotentRequest | undefined;
  /** What the job that it continues has come to: it stands until this one comes to more. */
  readonly soFar?: SoFar & { readonly artifacts: ArtifactDigests };
}

/** The truth about jobs. Its scripts are the only writers. */
export interface JobStore {
  /**
   * Throws what `accept` would throw now for want of room. It binds nobody: it is asked before bytes are taken in that
   * a refused job has no use for. A request that was accepted before passes.
   */
  assertRoom(jobId: JobId, request?: IdempotentRequest): Promise<void>;
  /**
   * Durable when it resolves: the job, its first event and its place in the outbox are on disk. A request that was
   * accepted before gives the job of that time, as it was accepted then, under its own id; throws
   * `idempotency_mismatch` where its key came with another digest. Throws `queue_full` where as many jobs wait as may,
   * `store_full` where the store needs its memory for those that were accepted; `details.retryAfterSeconds` says when
   * to ask again.
   */
  accept(jobId: JobId, spec: JobSpec, given?: NewJob): Promise<JobRecord>;
  /** Jobs by the time they were accepted, newest first. Throws `invalid_request` for a cursor that is none. */
  list(query: JobQuery): Promise<JobPage>;
  /** Ends a job that no worker holds; one that is held can only end as `cancelled` from now on. Safe to repeat. */
  cancel(jobId: JobId, by?: AuditActor): Promise<Cancellation>;
  find(jobId: JobId): Promise<JobRecord | undefined>;
  /** `queued → starting`: takes the next fence and arms the attempt's deadline. */
  claim(request: { jobId: JobId; fence: number; workerId: WorkerId; leaseMs: number }): Promise<Claim>;
  /** Renews the lease; resolves with what a worker has to know about its job. */
  heartbeat(lease: Lease, leaseMs: number): Promise<Heartbeat>;
  /** The door. `deadlineInMs` arms the new state's deadline; absent keeps the present one. */
  transition(lease: Lease, change: { from: JobState; to: JobState; deadlineInMs?: number }): Promise<void>;
  /** A store that is nearly full, and a job that has too many, leave them out: the events that are kept say so once. */
  appendEvents(lease: Lease, events: readonly JobEventBody[]): Promise<void>;
  /** Records artifacts before the end, so that they outlive the attempt. */
  putArtifact(lease: Lease, artifacts: ArtifactDigests, soFar?: SoFar): Promise<void>;
  /** `cancel_requested`: nothing was written, and only `cancelled` can be committed. */
  commit(lease: Lease, commit: Commit): Promise<'committed' | 'cancel_requested'>;
  /** Events with `seq > afterSeq`, at most `limit`, in order. */
  readEvents(jobId: JobId, afterSeq: number, limit: number): Promise<readonly JobEvent[]>;
}

/** What the monitor may do without a lease: the store checks time and state itself. */
export interface JobSweeper {
  /** Jobs whose lease expired: back to `queued` with fence + 1, `failed` with `attempts_exhausted`, or `cancelled`. */
  expireLeases(): Promise<readonly { jobId: JobId; to: JobState }[]>;
  /** Ends jobs whose deadline passed, or whose cancellation was asked for, more than `graceMs` ago. */
  expireDeadlines(graceMs: number): Promise<readonly { jobId: JobId; to: JobState }[]>;
  /** Hands waiting outbox entries to the queue; resolves with how many. */
  dispatchOutbox(): Promise<number>;
  /** Jobs per state, for gauges. */
  countStates(): Promise<Readonly<Record<JobState, number>>>;
}

/** One process of many does what may be done once only: exporting gauges about the whole cluster. */
export interface Office {
  /** Takes the office, or keeps it, for `ttlMs`; false while another process has it. */
  hold(ttlMs: number): Promise<boolean>;
  /** Gives it up where this process has it. */
  resign(): Promise<void>;
}

import type {
  AgentFrame,
  ArtifactDigests,
  Digest,
  ErrorBody,
  FileChange,
  FilesSource,
  JobEvent,
  JobEventBody,
  JobId,
  JobRecord,
  JobResult,
  JobSpec,
  JobState,
  SandboxId,
  ToolDefinition,
  TranscriptItem,
  ToolCall,
  Usage,
  WorkerFrame,
  WorkerId,
} from '@drydock/contracts';
import type { TerminalState } from './job/lifecycle.ts';

/*
 * Every seam of Drydock on one page. Methods throw DrydockError only; what can be expected is a value.
 * Durations are milliseconds, sizes bytes; every awaiting call takes an AbortSignal, last.
 */

/** Time, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

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

/** The truth about jobs. Its scripts are the only writers. */
export interface JobStore {
  /** Durable when it resolves: the job, its first event and its place in the outbox are on disk. */
  accept(jobId: JobId, spec: JobSpec): Promise<JobRecord>;
  find(jobId: JobId): Promise<JobRecord | undefined>;
  /** `queued → starting`: takes the next fence and arms the attempt's deadline. */
  claim(request: { jobId: JobId; fence: number; workerId: WorkerId; leaseMs: number }): Promise<Claim>;
  /** Renews the lease; resolves with the job's present state so that a worker sees a cancellation. */
  heartbeat(lease: Lease, leaseMs: number): Promise<JobState>;
  /** The door. `deadlineInMs` arms the new state's deadline; absent keeps the present one. */
  transition(lease: Lease, change: { from: JobState; to: JobState; deadlineInMs?: number }): Promise<void>;
  appendEvents(lease: Lease, events: readonly JobEventBody[]): Promise<void>;
  /** Records an artifact before the end, so that it outlives the attempt. */
  putArtifact(lease: Lease, artifacts: ArtifactDigests): Promise<void>;
  commit(lease: Lease, commit: Commit): Promise<void>;
  /** Events with `seq > afterSeq`, at most `limit`, in order. */
  readEvents(jobId: JobId, afterSeq: number, limit: number): Promise<readonly JobEvent[]>;
}

/** What the monitor may do without a lease: the store checks time and state itself. */
export interface JobSweeper {
  /** Jobs whose lease expired: back to `queued` with fence + 1, or `failed` with `attempts_exhausted`. */
  expireLeases(): Promise<readonly { jobId: JobId; to: JobState }[]>;
  /** Ends jobs whose deadline passed more than `graceMs` ago, as `timed_out`. */
  expireDeadlines(graceMs: number): Promise<readonly JobId[]>;
  /** Hands waiting outbox entries to the queue; resolves with how many. */
  dispatchOutbox(): Promise<number>;
  /** Jobs per state, for gauges. */
  countStates(): Promise<Readonly<Record<JobState, number>>>;
}

/** Which sandbox works for which attempt, for the monitor and for the next attempt. */
export interface SandboxRecord {
  readonly sandboxId: SandboxId;
  readonly jobId: JobId;
  readonly fence: number;
  readonly role: 'agent' | 'verify' | 'build';
  /** Epoch milliseconds after which the monitor kills it without asking. */
  readonly deadlineAt: number;
}

export interface SandboxRegistry {
  put(record: SandboxRecord): Promise<void>;
  remove(sandboxId: SandboxId): Promise<void>;
  /** Every record; bounded by what can run. */
  list(): Promise<readonly SandboxRecord[]>;
}

/** Immutable bytes by content. A digest that was returned is on disk. */
export interface ArtifactStore {
  put(bytes: Uint8Array): Promise<Digest>;
  /** Throws `not_found` where there is none, `internal_error` where the bytes do not match. */
  get(digest: Digest): Promise<Uint8Array>;
}

export interface ModelRequest {
  readonly model: string;
  readonly instructions: string;
  readonly transcript: readonly TranscriptItem[];
  readonly tools: readonly ToolDefinition[];
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  /** Stable per job: lets the server reuse its prompt cache. */
  readonly cacheKey: string;
}

export interface ModelTurn {
  /** Assistant items, to be appended to the transcript as they are. */
  readonly items: readonly TranscriptItem[];
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly status: 'completed' | 'incomplete' | 'refused';
  readonly usage: Usage;
  /** Whether the request's temperature was left out because the model takes none. */
  readonly temperatureIgnored: boolean;
}

export interface ModelGateway {
  /** One model turn, retried within the signal's deadline. Throws `model_error`, `model_auth` or `model_unavailable`. */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelTurn>;
}

/** An immutable, content-addressed repository tree: base of workspaces. */
export interface Layer {
  readonly key: string;
  /** Commit that the tree is a checkout of, hex. */
  readonly baseSha: string;
}

export interface LayerStore {
  /** Finds or builds the layer of a source, in a builder container. */
  ensure(source: FilesSource, signal: AbortSignal): Promise<Layer>;
}

export type WorkspaceAccess = 'read_only' | 'read_write';

export interface SandboxSpec {
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Cap of what the workspace and HOME may hold beyond the base tree. */
  readonly diskBytes: number;
  /** Epoch milliseconds: the reaper's fallback when nothing else is known. */
  readonly expiresAt: number;
}

export interface ExecRequest {
  readonly cmd: string;
  readonly workdir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Output as it appears, until half of `maxOutputBytes`; lossy UTF-8. */
  readonly onOutput?: (text: string) => void;
}

export interface ExecResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  readonly head: string;
  readonly tail: string;
  readonly totalBytes: number;
  readonly omittedBytes: number;
}

export type PatchApplied =
  | { readonly kind: 'applied'; readonly changes: readonly FileChange[] }
  | { readonly kind: 'mismatch'; readonly message: string };

export interface CapturedPatch {
  readonly diff: Uint8Array;
  /** Ignored files and empty directories that no patch can carry, at most 100. */
  readonly leftOut: readonly string[];
}

/** One disposable container with its slot. Disposing it leaves nothing on the host. */
export interface Sandbox extends AsyncDisposable {
  readonly id: SandboxId;
  /** Resolves when the container is gone, however that came. */
  readonly ended: Promise<void>;
  /** Frames of the agent process, checked for sequence and shape; ends when the process does. */
  readonly agent: { send(frame: WorkerFrame): void; frames(signal: AbortSignal): AsyncIterable<AgentFrame> };
  mountWorkspace(layer: Layer, access: WorkspaceAccess, signal: AbortSignal): Promise<void>;
  setWorkspaceAccess(access: WorkspaceAccess, signal: AbortSignal): Promise<void>;
  /** Runs a shell command as the code's own uid. A killed tool host is started again: an observation, not a failure. */
  exec(request: ExecRequest, signal: AbortSignal): Promise<ExecResult>;
  /** Applies a Codex patch (not a diff) to the workspace, all or nothing. */
  applyPatch(patch: string, signal: AbortSignal): Promise<PatchApplied>;
  /** Applies a unified diff to the workspace with git, as verification does. */
  applyDiff(diff: Uint8Array, signal: AbortSignal): Promise<PatchApplied>;
  /** First `maxBytes` of a file of the workspace; undefined where there is none. */
  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  listDir(path: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Kills every process of the code's uid, then makes the diff against the base. */
  capturePatch(signal: AbortSignal): Promise<CapturedPatch>;
}

export interface Sandboxes {
  /** Boots a hardened container until its agent process and tool host answer. It has no workspace yet. */
  start(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
  /** Kills and removes a sandbox by id and waits until it is gone; nothing happens where there is none. */
  destroy(sandboxId: SandboxId, signal: AbortSignal): Promise<void>;
}

import type {
  AgentFrame,
  Digest,
  FileChange,
  FilesSource,
  JobId,
  PatchCall,
  SandboxId,
  UploadFormat,
  UploadId,
  WorkerFrame,
} from '@drydock/contracts';

/*
 * Every seam of Drydock; those of the job store are in job-ports.ts, those of models in model-ports.ts. Methods throw DrydockError only; what can be
 * expected is a value.
 * Durations are milliseconds, sizes bytes; every awaiting call takes an AbortSignal, last.
 */

/** Time, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
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
  /**
   * Keeps a stream without holding it in memory. Throws `body_too_large` behind `maxBytes`, and what the stream throws;
   * either way nothing stays.
   */
  putStream(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredBytes>;
  /** The bytes in order. Throws as `get` does; `internal_error` comes behind the last of them. */
  read(digest: Digest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Bytes of what is stored. Throws `not_found` where there is none. */
  size(digest: Digest): Promise<number>;
}

export interface StoredBytes {
  readonly digest: Digest;
  readonly bytes: number;
}

/** What was uploaded; the bytes are in the artifact store. */
export interface UploadRecord extends StoredBytes {
  readonly id: UploadId;
  readonly format: UploadFormat;
}

export interface UploadStore {
  /** Durable when it resolves. Kept for 7 days after its last use. */
  put(record: UploadRecord): Promise<void>;
  /** A use. */
  find(uploadId: UploadId): Promise<UploadRecord | undefined>;
}

/** An immutable, content-addressed repository tree: base of workspaces. */
export interface Layer {
  readonly key: string;
  /** Commit that the tree is a checkout of, hex. */
  readonly baseSha: string;
  /** Paths of submodules, which are empty directories here. */
  readonly submodules?: readonly string[];
}

/** What a layer is built from. Only a builder container ever looks into it. */
export type LayerSource =
  | FilesSource
  /** One commit of a bare repository on this host. */
  | { readonly type: 'git'; readonly mirrorDir: string; readonly sha: string }
  | {
      readonly type: 'archive';
      readonly format: UploadFormat;
      readonly digest: Digest;
      readonly bytes: number;
      readonly ref: string;
      readonly read: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
    };

/** A layer that stays on this host until it is disposed; then until the room is needed. */
export interface HeldLayer extends Layer, Disposable {}

export interface LayerStore {
  /** Finds or builds the layer of a source, in a builder container. Throws `bad_source` where the source is to blame. */
  ensure(source: LayerSource, signal: AbortSignal): Promise<HeldLayer>;
}

/** A commit in a bare repository on this host, which stays until this is disposed. */
export interface MirroredCommit extends AsyncDisposable {
  readonly mirrorDir: string;
  readonly sha: string;
}

export interface GitMirrors {
  /**
   * Brings the mirror of a repository up to date and finds the commit of a ref in it. Throws `bad_source` where url or
   * ref are to blame, `source_unavailable` where the git server is.
   */
  fetch(source: { readonly url: string; readonly ref: string }, signal: AbortSignal): Promise<MirroredCommit>;
}

export type WorkspaceAccess = 'read_only' | 'read_write';

export interface SandboxSpec {
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Cap of what the workspace and HOME may hold beyond the base tree. */
  readonly diskBytes: number;
  /** Epoch milliseconds: the reaper's fallback when nothing else is known. */
  readonly expiresAt: number;
  /** OCI runtime by its name at the engine, never replaced by another; absent: the engine's default. */
  readonly runtime?: string;
}

export interface ExecRequest {
  readonly cmd: string;
  readonly workdir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** When a command that still runs becomes a session; absent: it is waited for to its end. */
  readonly yieldMs?: number;
  /** Whether a session can be written to; absent: the command reads an end of file. */
  readonly keepStdinOpen?: boolean;
  /** Whether it runs on a terminal of its own; absent: on pipes. */
  readonly tty?: boolean;
  /** Output as it appears, until `maxStreamBytes`; lossy UTF-8. */
  readonly onOutput?: (text: string) => void;
  /** Half of `maxOutputBytes` unless told. */
  readonly maxStreamBytes?: number;
  /** Called once, however and whenever the command ends: before its result, or while nobody waits for one. */
  readonly onEnded?: (end: CommandEnd) => void;
}

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Since the command was started. */
  readonly durationMs: number;
  readonly totalBytes: number;
}

export interface SessionWrite {
  readonly sessionId: number;
  /** What is typed; "" only waits for output. */
  readonly chars: string;
  readonly yieldMs: number;
  readonly maxOutputBytes: number;
}

/** `refused`: nothing was written, in words for the model. */
export type SessionAnswer = ExecResult | { readonly refused: string };

/** What a command came to; of a session: what came since the last result. */
export interface ExecResult extends CommandEnd {
  /** Present while the command still runs; how it ended is not known then. */
  readonly sessionId?: number;
  readonly head: string;
  readonly tail: string;
  readonly omittedBytes: number;
  /** Lines of the whole output, where they were counted. */
  readonly totalLines?: number;
}

export type PatchApplied =
  | { readonly kind: 'applied'; readonly changes: readonly FileChange[] }
  | { readonly kind: 'mismatch'; readonly message: string };

export interface CapturedPatch {
  readonly diff: Uint8Array;
  /** Ignored files and empty directories that no patch can carry, at most 100. */
  readonly leftOut: readonly string[];
}

export interface StateCapture {
  /** What becomes of the commands that run: they stand still meanwhile, or end for good. */
  readonly commands: 'pause' | 'kill';
  /** Takes the checkpoint as it comes: opaque bytes, equal for equal workspaces of one layer. Fails when the capture does. */
  readonly keep: (chunks: AsyncIterable<Uint8Array>) => Promise<void>;
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
  /** Writes to a session that `exec` left running, and waits for its end or its yield. */
  writeStdin(request: SessionWrite, signal: AbortSignal): Promise<SessionAnswer>;
  /** Stops everything inside until it is disposed of. Capture before: nothing runs meanwhile. */
  freeze(signal: AbortSignal): Promise<AsyncDisposable>;
  /** Kills every command and what it started. */
  endSessions(signal: AbortSignal): Promise<void>;
  /** Applies a Codex patch (not a diff) to the workspace, all or nothing. */
  applyPatch(call: PatchCall, signal: AbortSignal): Promise<PatchApplied>;
  /** Applies a unified diff to the workspace with git, as verification does. */
  applyDiff(diff: Uint8Array, signal: AbortSignal): Promise<PatchApplied>;
  /** First `maxBytes` of a file of the workspace; undefined where there is none. */
  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  listDir(path: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Kills every process of the code's uid, then makes the diff against the base. */
  capturePatch(signal: AbortSignal): Promise<CapturedPatch>;
  /** Makes diff and checkpoint of one state of the workspace. Throws `patch_rejected` where it cannot. */
  captureState(capture: StateCapture, signal: AbortSignal): Promise<CapturedPatch>;
  /** Makes a pristine, writable workspace of the same layer into that of the checkpoint, bit for bit. */
  restoreCheckpoint(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Equal answers: nothing was written to the workspace in between. The code's own uid could lie, to its own loss. */
  fingerprintWorkspace(signal: AbortSignal): Promise<string>;
  /** In what the container departed from its policy, where it was ended for that; empty where it was not. */
  findDrift(): Promise<readonly string[]>;
}

export interface Sandboxes {
  /** Boots a hardened container until its agent process and tool host answer. It has no workspace yet. */
  start(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
  /** One that is booted and that no job needs soon; undefined where there is none. Never boots one. */
  takeSpare(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox | undefined>;
  /** Kills and removes a sandbox by id and waits until it is gone; nothing happens where there is none. */
  destroy(sandboxId: SandboxId, signal: AbortSignal): Promise<void>;
}

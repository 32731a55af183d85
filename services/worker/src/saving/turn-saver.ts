import type { Digest, JobResult, SignedCheckpoint } from '@drydock/contracts';
import type { CapturedPatch, Layer, Sandbox } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Attempt } from '../attempt/attempt.ts';
import { toJsonBytes } from './to-json-bytes.ts';
import type { Toolbox } from '../tools/toolbox.ts';

/** More than an artifact may have. */
const MAX_CHECKPOINT_BYTES = 256 << 20;
/** A log that is larger is not stored anew at every turn. */
const SMALL_LOG_BYTES = 256 << 10;
const LOG_INTERVAL_MS = 10_000;
/** A capture stops the commands and costs time: the next may be made after so many times what the last one took. */
const REST_FACTOR = 4;

interface TurnSaverOptions {
  readonly attempt: Attempt;
  readonly sandbox: Pick<Sandbox, 'captureState' | 'fingerprintWorkspace'>;
  readonly layer: Pick<Layer, 'key' | 'baseSha'>;
  readonly toolbox: Pick<Toolbox, 'plan' | 'stage' | 'submission' | 'takeMayHaveWritten' | 'safeMode'>;
  /** Told of every capture: the diff against the base. */
  readonly onPatch: (diff: Uint8Array) => Promise<void>;
  /** Told before what was said is shown, where it waits for that. */
  readonly onWords: (shown?: unknown) => Promise<void>;
  /** The result as it would be if the attempt were lost now. */
  readonly toResult: (patchBytes: number) => JobResult;
}

/**
 * Makes what an attempt has outlive it: transcript, log and plan after every turn; patch and checkpoint where the
 * workspace changed. A save that fails costs the save, not the attempt: the next one takes its place.
 */
export class TurnSaver {
  readonly #options: TurnSaverOptions;
  #patch: CapturedPatch | undefined;
  #fingerprint: string | undefined;
  /** Whether the workspace may be another than that of the last checkpoint. */
  #isUnsaved = false;
  /** Epoch milliseconds. */
  #restsUntil = 0;
  /** The conversation as it was, unmasked: of the checkpoint alone. */
  #transcript: Digest | undefined;
  #log = { revision: 0, savedAt: 0 };

  constructor(options: TurnSaverOptions) {
    this.#options = options;
  }

  /** The patch as it was last captured. */
  get patch(): CapturedPatch | undefined {
    return this.#patch;
  }

  /** Whether what was recorded last can be gone on from as it is. */
  get isSaved(): boolean {
    return !this.#isUnsaved;
  }

  /** Saves what there is at the end of a turn. Never throws. */
  async save(signal: AbortSignal): Promise<void> {
    const { attempt } = this.#options;
    try {
      if (attempt.disclosure.isHeld) {
        await this.#look(signal);
        if (this.safeMode !== undefined) return;
        attempt.disclosure.release();
      }
      await this.#keepWords();
      await this.#keepLog();
      const rests = attempt.deps.clock.now() < this.#restsUntil;
      if (this.#mayBeUnsaved() && !rests) await this.#saveWorkspace(signal);
      await this.record();
    } catch (err) {
      if (!signal.aborted) attempt.deps.log.warn('turn.not_saved', { jobId: attempt.lease.jobId, err });
    }
  }

  /** Why nothing of the attempt is saved or shown any more, in tier `high`. */
  get safeMode(): string | undefined {
    return this.#options.toolbox.safeMode;
  }

  /** Tier high, amid a turn: looks at what was written, and shows the events so far. Throws where it cannot look. */
  async screen(shown: unknown, signal: AbortSignal): Promise<void> {
    const { attempt } = this.#options;
    if (!attempt.disclosure.isHeld) return;
    await this.#look(signal, shown);
    if (this.safeMode === undefined) attempt.events.release();
  }

  /** Every write is looked at, however short ago the last look was. */
  async #look(signal: AbortSignal, shown?: unknown): Promise<void> {
    await this.#options.onWords(shown);
    if (this.safeMode === undefined && this.#mayBeUnsaved()) await this.#saveWorkspace(signal);
  }

  #mayBeUnsaved(): boolean {
    this.#isUnsaved ||= this.#options.toolbox.takeMayHaveWritten();
    return this.#isUnsaved;
  }

  /** Ends every command and captures the last state. Throws `patch_rejected` where it cannot. */
  async saveEnd(signal: AbortSignal): Promise<CapturedPatch> {
    const { disclosure } = this.#options.attempt;
    this.#isUnsaved = true;
    if (!disclosure.isHeld) {
      await this.#keepWords();
      return this.#capture('kill', signal);
    }
    await this.#options.onWords();
    const captured = await this.#capture('kill', signal);
    if (this.safeMode !== undefined) return captured;
    disclosure.release();
    await this.#keepWords();
    return captured;
  }

  /** Saves everything, for an attempt that somebody else goes on with. Throws where it cannot. */
  async saveAll(signal: AbortSignal): Promise<void> {
    await this.saveEnd(signal);
    if (this.safeMode !== undefined) return;
    await this.#keepLog();
    await this.record();
  }

  /** What people may read is masked; what another attempt goes on with is the conversation as it was. */
  async #keepWords(): Promise<void> {
    const { attempt, toolbox } = this.#options;
    const { conversation, deps } = attempt;
    this.#transcript = await deps.artifacts.put(conversation.toJsonLines());
    await attempt.keepTranscript();
    if (toolbox.plan !== null)
      await attempt.keep('plan.json', toJsonBytes(attempt.redactor.value(toolbox.plan)));
  }

  async #saveWorkspace(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.attempt.deps;
    const startedAt = clock.now();
    const fingerprint = await this.#options.sandbox.fingerprintWorkspace(signal);
    // What was too large to save the last time still is.
    if (fingerprint === this.#fingerprint) this.#isUnsaved = this.#options.attempt.checkpoint === undefined;
    else await this.#capture('pause', signal);
    this.#fingerprint = fingerprint;
    const endedAt = clock.now();
    this.#restsUntil = endedAt + REST_FACTOR * (endedAt - startedAt);
  }

  async #capture(commands: 'pause' | 'kill', signal: AbortSignal): Promise<CapturedPatch> {
    const { attempt, sandbox } = this.#options;
    const keep = (chunks: AsyncIterable<Uint8Array>): Promise<void> => this.#keepCheckpoint(chunks);
    const before = attempt.checkpoint;
    const captured = await sandbox.captureState({ commands, keep }, signal);
    await this.#options.onPatch(captured.diff);
    if (this.safeMode !== undefined) {
      attempt.checkpoint = before;
      return captured;
    }
    this.#patch = attempt.isPatchSoFar(captured.diff) ? captured : await attempt.findOlderPatch();
    await attempt.keep('patch.diff', this.#patch.diff);
    if (attempt.checkpoint !== undefined) {
      this.#isUnsaved = false;
      attempt.events.emit({ type: 'checkpoint.saved', data: attempt.checkpoint });
    }
    return captured;
  }

  /** One that is too large is not kept, and the last one would no longer be the state of the patch: there is none then. */
  async #keepCheckpoint(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { attempt } = this.#options;
    try {
      attempt.checkpoint = await attempt.deps.artifacts.putStream(chunks, MAX_CHECKPOINT_BYTES);
    } catch (error) {
      if (!(error instanceof DrydockError) || error.code !== 'body_too_large') throw error;
      attempt.checkpoint = undefined;
      attempt.warnOnce({
        code: 'checkpoint_not_saved',
        message: `What differs from the base is larger than ${MAX_CHECKPOINT_BYTES} bytes.`,
      });
    }
  }

  async #keepLog(): Promise<void> {
    const { log, deps } = this.#options.attempt;
    if (log.revision === this.#log.revision) return;
    const now = deps.clock.now();
    if (log.byteLength > SMALL_LOG_BYTES && now - this.#log.savedAt < LOG_INTERVAL_MS) return;
    this.#log = { revision: log.revision, savedAt: now };
    await this.#options.attempt.keep('log.txt', this.#options.attempt.disclosure.log());
  }

  /** Writes what is kept into the job's record. */
  async record(): Promise<void> {
    const { attempt, toResult } = this.#options;
    if (this.safeMode !== undefined) return;
    await attempt.record(toResult(await this.#patchBytes()), this.#sign());
  }

  /** What can be gone on from; where the workspace could not be saved, the checkpoint before stands, whole. */
  #sign(): SignedCheckpoint | undefined {
    const { attempt, toolbox, layer } = this.#options;
    const { job, lease, deps, budget } = attempt;
    const transcript = this.#transcript;
    // What nobody has said yet cannot be gone on from: a checkpoint of it would hide the task, which is said at first.
    const isSaid = attempt.conversation.isBegun || toolbox.submission !== undefined;
    if (this.#isUnsaved || transcript === undefined || !isSaid) return undefined;
    return deps.seal.sign({
      jobId: job.id,
      fence: lease.fence,
      // The store's clock decides nothing here: it says when, to people. allow wall-clock: formatted, not read
      savedAt: new Date(deps.clock.now()).toISOString(),
      base: { layer: layer.key, sha: layer.baseSha },
      workspace: attempt.checkpoint?.digest ?? null,
      transcript,
      stage: toolbox.stage,
      plan: toolbox.plan,
      submission: toolbox.submission ?? null,
      turns: budget.turns,
      usage: budget.usage,
    });
  }

  /** A job that was tried before has the patch of that attempt, until there is a newer one. */
  async #patchBytes(): Promise<number> {
    const { artifacts, job, deps } = this.#options.attempt;
    if (this.#patch !== undefined) return this.#patch.diff.byteLength;
    const older = job.artifacts['patch.diff'];
    if (older !== undefined) return deps.artifacts.size(older);
    if (artifacts['patch.diff'] === undefined)
      await this.#options.attempt.keep('patch.diff', new Uint8Array());
    return 0;
  }
}

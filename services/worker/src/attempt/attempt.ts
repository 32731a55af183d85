import type {
  Approval,
  ArtifactDigests,
  ArtifactName,
  JobRecord,
  JobResult,
  JobState,
  RepositoryGuidance,
  ScreeningFinding,
  SignedCheckpoint,
  Warning,
} from '@drydock/contracts';
import type { ApprovalQuestion, CapturedPatch, Lease, StoredBytes } from '@drydock/core';
import { Budget } from '@drydock/core';
import { AttemptLog } from './attempt-log.ts';
import { Conversation } from '../conversation/conversation.ts';
import { WorkRecord } from '../conversation/work-record.ts';
import type { WorkerDeps } from '../deps.ts';
import { Disclosure } from '../gate/disclosure.ts';
import { EventSink } from './event-sink.ts';
import { Inbox } from '../conversation/inbox.ts';
import { JobAudit } from './job-audit.ts';
import { MaskedLines } from '../gate/masked-lines.ts';
import type { Redactor } from '../gate/redactor.ts';
import type { Recording } from '../replay/open-recording.ts';
import type { ReplayPlayer } from '../replay/replay-player.ts';
import type { ResumePoint } from '../saving/resume-point.ts';
import { Teardown } from './teardown.ts';

/** One execution of a job by this worker: what is known about it while it runs. */
export class Attempt {
  readonly deps: WorkerDeps;
  readonly lease: Lease;
  readonly job: JobRecord;
  readonly events: EventSink;
  readonly redactor: Redactor;
  readonly audit: JobAudit;
  readonly budget: Budget;
  readonly conversation = new Conversation();
  readonly work = new WorkRecord();
  readonly log = new AttemptLog();
  readonly warnings: Warning[] = [];
  readonly artifacts: ArtifactDigests = {};
  /** Of the instructions that the model was given; undefined before its first turn. */
  promptSha256: string | undefined;
  /** What the repository says to agents, as the agent process was told; undefined where it was told nothing. */
  guidance: RepositoryGuidance | undefined;
  /** What a look at the last patch found. */
  findings: readonly ScreeningFinding[] = [];
  /** Played in the place of the model; undefined where a model is asked. */
  recording: Recording | undefined;
  player: ReplayPlayer | undefined;
  /** Where it goes on; undefined where it starts from the base. */
  resumePoint: ResumePoint | undefined;
  readonly inbox: Inbox;
  readonly teardown: Teardown;
  readonly disclosure: Disclosure;
  /** The workspace as it was last saved. */
  checkpoint: StoredBytes | undefined;
  readonly maskedTranscript: MaskedLines;
  #state: JobState = 'starting';

  constructor(
    deps: WorkerDeps,
    claimed: { lease: Lease; job: JobRecord },
    onWriteError: (error: unknown) => void,
  ) {
    this.deps = deps;
    this.lease = claimed.lease;
    this.job = claimed.job;
    this.redactor = deps.redactor.fork();
    const { redactor } = this;
    this.maskedTranscript = new MaskedLines(redactor);
    this.events = new EventSink({
      store: deps.store,
      lease: claimed.lease,
      redactor,
      observe: (event) => this.work.note(event),
      onError: onWriteError,
    });
    const { events, conversation, log, artifacts } = this;
    this.disclosure = new Disclosure({ events, conversation, log, artifacts });
    const { lease } = claimed;
    this.inbox = new Inbox({ messages: deps.messages, lease, conversation, log: deps.log });
    this.audit = new JobAudit(deps, claimed.job.id);
    this.budget = new Budget(claimed.job.spec.limits);
    this.teardown = new Teardown(deps.log);
  }

  get state(): JobState {
    return this.#state;
  }

  /** Changes the job's state through the store's door, after every event so far. */
  async enter(to: JobState, deadlineInMs?: number): Promise<void> {
    await this.events.flush();
    const change = { from: this.#state, to };
    await this.deps.store.transition(
      this.lease,
      deadlineInMs === undefined ? change : { ...change, deadlineInMs },
    );
    this.#state = to;
  }

  /** Asks a person; the job waits from then on, until `enter`. */
  async ask(question: ApprovalQuestion): Promise<Approval> {
    await this.events.flush();
    // It is stored, shown and sent to a webhook: what the model wrote there is masked like everything else.
    // What the answer is bound to stays as it is.
    const { call_sha256, hosts, methods } = question.request;
    const request = { ...this.redactor.value(question.request), call_sha256, hosts, methods };
    const asked = await this.deps.approvals.ask(this.lease, { ...question, request });
    this.#state = 'awaiting_approval';
    return asked;
  }

  warn(warning: Warning): void {
    this.warnings.push(warning);
    this.events.emit({ type: 'warning.raised', data: warning });
  }

  /** A warning that says the same however often it applies. */
  warnOnce(warning: Warning): void {
    if (!this.warnings.some(({ code }) => code === warning.code)) this.warn(warning);
  }

  /** Goes on with a conversation whose workspace is there again. */
  takeOver({ checkpoint, transcript, after, answers }: ResumePoint): void {
    const { turns, stage, workspace } = checkpoint;
    this.conversation.resume(transcript, answers);
    this.events.emit({ type: 'attempt.resumed', data: { after, stage, turns, digest: workspace } });
  }

  /** Goes on with the log of the attempts before. */
  async continueLog(): Promise<void> {
    const digest = this.job.artifacts['log.txt'];
    if (digest === undefined) return;
    const older = await this.deps.artifacts.get(digest).catch((err: unknown) => {
      this.deps.log.warn('log.not_continued', { jobId: this.job.id, err });
      return Buffer.from('[the log before cannot be read]\n');
    });
    this.log.resume(older, `--- ${this.job.id}, attempt ${this.job.attempt} ---`);
  }

  /** The patch that the job had before this attempt: empty where there is none. */
  async findOlderPatch(): Promise<CapturedPatch> {
    const digest = this.job.artifacts['patch.diff'];
    const diff = digest === undefined ? new Uint8Array() : await this.deps.artifacts.get(digest);
    return { diff, leftOut: [] };
  }

  /**
   * Whether a diff is the patch so far. An empty one says that changes were taken back only where they were there: from
   * the base, it says that nothing was done yet.
   */
  isPatchSoFar(diff: Uint8Array): boolean {
    return diff.byteLength > 0 || this.resumePoint !== undefined || !('patch.diff' in this.job.artifacts);
  }

  /** Records what there is so far, so that it stands if the attempt is lost. */
  async record(result: JobResult, signedCheckpoint?: SignedCheckpoint): Promise<void> {
    const digest = this.checkpoint?.digest;
    await this.deps.store.putArtifact(this.lease, this.artifacts, {
      result: this.redactor.value(result),
      ...(digest === undefined ? {} : { checkpoint: digest }),
      ...(signedCheckpoint === undefined ? {} : { signedCheckpoint }),
    });
  }

  /** The conversation as people may read it. */
  async keepTranscript(): Promise<void> {
    const lines = new TextDecoder().decode(this.disclosure.transcript());
    await this.keep('transcript.jsonl', Buffer.from(this.maskedTranscript.mask(lines)));
  }

  /** Stores an artifact of a turn: it is the job's when the turn is shown. */
  async keepOfTurn(name: ArtifactName, bytes: Uint8Array): Promise<void> {
    this.disclosure.publish(name, await this.deps.artifacts.put(bytes));
  }

  /** Stores an artifact's bytes; the commit refers to them. */
  async keep(name: ArtifactName, bytes: Uint8Array): Promise<void> {
    this.artifacts[name] = await this.deps.artifacts.put(bytes);
  }
}

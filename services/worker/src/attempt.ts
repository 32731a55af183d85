import type {
  ArtifactDigests,
  ArtifactName,
  JobRecord,
  JobResult,
  JobState,
  Warning,
} from '@drydock/contracts';
import type { Lease, StoredBytes } from '@drydock/core';
import { Budget } from '@drydock/core';
import { AttemptLog } from './attempt-log.ts';
import { Conversation } from './conversation.ts';
import type { WorkerDeps } from './deps.ts';
import { EventSink } from './event-sink.ts';

/** One execution of a job by this worker: what is known about it while it runs. */
export class Attempt {
  readonly deps: WorkerDeps;
  readonly lease: Lease;
  readonly job: JobRecord;
  readonly events: EventSink;
  readonly budget: Budget;
  readonly conversation = new Conversation();
  readonly log = new AttemptLog();
  readonly warnings: Warning[] = [];
  readonly artifacts: ArtifactDigests = {};
  /** The workspace as it was last saved. */
  checkpoint: StoredBytes | undefined;
  #state: JobState = 'starting';

  constructor(
    deps: WorkerDeps,
    claimed: { lease: Lease; job: JobRecord },
    onWriteError: (error: unknown) => void,
  ) {
    this.deps = deps;
    this.lease = claimed.lease;
    this.job = claimed.job;
    this.events = new EventSink(deps.store, claimed.lease, onWriteError);
    this.budget = new Budget(claimed.job.spec.limits);
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

  warn(warning: Warning): void {
    this.warnings.push(warning);
    this.events.emit({ type: 'warning.raised', data: warning });
  }

  /** A warning that says the same however often it applies. */
  warnOnce(warning: Warning): void {
    if (!this.warnings.some(({ code }) => code === warning.code)) this.warn(warning);
  }

  /** Records what there is so far, so that it stands if the attempt is lost. */
  async record(result: JobResult): Promise<void> {
    const digest = this.checkpoint?.digest;
    const soFar = digest === undefined ? { result } : { result, checkpoint: digest };
    await this.deps.store.putArtifact(this.lease, this.artifacts, soFar);
  }

  /** Stores an artifact's bytes; the commit refers to them. */
  async keep(name: ArtifactName, bytes: Uint8Array): Promise<void> {
    this.artifacts[name] = await this.deps.artifacts.put(bytes);
  }
}

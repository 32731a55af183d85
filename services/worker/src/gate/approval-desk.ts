import type { Approval, ApprovalRequest, JobId, JobState } from '@drydock/contracts';
import type { ApprovalQuestion, ApprovalStore, Clock, Lease } from '@drydock/core';
import { newApprovalId } from '@drydock/core';
import type { AttemptDeadline } from '../attempt/attempt-deadline.ts';
import { Interrupted } from '../attempt/interruption.ts';

export type ApprovalVerdict =
  | { readonly kind: 'approved'; readonly approval: Approval }
  | { readonly kind: 'denied'; readonly approval: Approval };

/** What a question waits with, and for how long. */
export interface ApprovalTimes {
  /** Nobody decides in this time: a denial. Milliseconds. */
  readonly ttlMs: number;
  /** How long an attempt's sandbox may stand still in all; after it the job is given up until somebody decides. Milliseconds. */
  readonly holdMs: number;
}

export interface ApprovalDeskOptions {
  readonly lease: Lease;
  readonly approvals: Pick<ApprovalStore, 'ask' | 'find' | 'listOfJob' | 'use' | 'release'>;
  /** Wakes when something was decided; it may wake too often, and a missed wake costs seconds. */
  readonly feed: { watch(jobId: JobId, onWake: () => void): () => void };
  readonly clock: Clock;
  readonly deadline: Pick<AttemptDeadline, 'hold' | 'leftMs'>;
  readonly times: ApprovalTimes;
  /** The job's state as this attempt knows it, and its door. */
  readonly state: () => JobState;
  readonly ask: (question: ApprovalQuestion) => Promise<Approval>;
  readonly enter: (state: JobState, deadlineInMs: number) => Promise<void>;
  /** Stops everything in the sandbox until it is disposed of. */
  readonly freeze: (signal: AbortSignal) => Promise<AsyncDisposable>;
  /** Saves all that the next attempt needs. */
  readonly save: (signal: AbortSignal) => Promise<void>;
  readonly interrupt: (reason: Interrupted) => void;
}

/**
 * Takes a tool call to a person and comes back with the answer. While it waits, the sandbox is frozen and the attempt's
 * time stands still; where that takes long, what there is is saved and the worker is free for other jobs.
 */
export class ApprovalDesk {
  readonly #options: ApprovalDeskOptions;
  /** What is left of the time that this attempt may hold its sandbox, over all its questions. */
  #holdLeftMs: number;

  constructor(options: ApprovalDeskOptions) {
    this.#options = options;
    this.#holdLeftMs = options.times.holdMs;
  }

  /** Throws `Interrupted('released')` where the job was given up, and the signal's reason. */
  async ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalVerdict> {
    const known = await this.#useKnown(request);
    if (known !== undefined) return { kind: 'approved', approval: known };
    const { lease, approvals, state, enter, deadline, times } = this.#options;
    const asked = state();
    const question = await this.#options.ask({ id: newApprovalId(), request, ttlMs: times.ttlMs });
    const decided = await this.#wait(question, signal);
    await enter(asked, deadline.leftMs);
    const isApproved = decided.status === 'approved' && (await approvals.use(lease, decided.id));
    return { kind: isApproved ? 'approved' : 'denied', approval: decided };
  }

  /** Whether a question of this tool went unanswered, in any attempt. */
  async hasExpired(tool: string): Promise<boolean> {
    const { lease, approvals } = this.#options;
    const asked = await approvals.listOfJob(lease.jobId);
    return asked.some(({ status, request }) => status === 'expired' && request.tool === tool);
  }

  /** What a person allowed before: this very call once, or its hosts for the whole job. */
  async #useKnown(request: ApprovalRequest): Promise<Approval | undefined> {
    const { lease, approvals } = this.#options;
    for (const approval of await approvals.listOfJob(lease.jobId)) {
      if (covers(approval, request) && (await approvals.use(lease, approval.id))) return approval;
    }
    return undefined;
  }

  async #wait(question: Approval, signal: AbortSignal): Promise<Approval> {
    using _held = this.#options.deadline.hold();
    const decided = await this.#waitFrozen(question, signal);
    return decided ?? (await this.#giveUp(question, signal));
  }

  /** Undefined where nobody has decided while the sandbox could be held. */
  async #waitFrozen(question: Approval, signal: AbortSignal): Promise<Approval | undefined> {
    const { clock, feed, freeze } = this.#options;
    const since = clock.now();
    await using _frozen = await freeze(signal);
    const until = since + this.#holdLeftMs;
    let wake = new AbortController();
    const unwatch = feed.watch(question.job_id, () => wake.abort());
    try {
      for (;;) {
        // Set before the question: what is decided behind it is not missed.
        wake = new AbortController();
        const now = await this.#read(question);
        if (now.status !== 'pending') return now;
        if (clock.now() >= until) return undefined;
        const early = AbortSignal.any([signal, wake.signal]);
        await clock.sleep(until - clock.now(), early).catch(() => early.aborted);
        signal.throwIfAborted();
      }
    } finally {
      unwatch();
      this.#holdLeftMs = Math.max(0, this.#holdLeftMs - (clock.now() - since));
    }
  }

  async #giveUp(question: Approval, signal: AbortSignal): Promise<Approval> {
    const { approvals, lease, save, interrupt } = this.#options;
    await save(signal);
    if ((await approvals.release(lease)) === 'decided') return this.#read(question);
    const released = new Interrupted('released');
    interrupt(released);
    throw released;
  }

  async #read(question: Approval): Promise<Approval> {
    return (await this.#options.approvals.find(question.job_id, question.id)) ?? question;
  }
}

/** Whether what was approved is what is asked for now. */
function covers({ status, remember, request: approved }: Approval, request: ApprovalRequest): boolean {
  if (status !== 'approved') return false;
  if (approved.call_sha256 === request.call_sha256) return true;
  if (!remember) return false;
  if (approved.tool !== request.tool || request.hosts.length === 0) return false;
  const methods = new Set(approved.methods);
  return (
    request.hosts.every((host) => approved.hosts.includes(host)) &&
    request.methods.every((method) => methods.has(method))
  );
}

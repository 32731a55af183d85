import type { JobEvent, JobId } from '@drydock/contracts';
import type { Clock, JobStore } from '@drydock/core';
import { isTerminal } from '@drydock/core';

/** Tells when a job may have new events. It may wake too often, and a missed wake costs one heartbeat. */
export interface JobFeed {
  /** Gives the function that stops watching. */
  watch(jobId: JobId, onWake: () => void): () => void;
}

export interface FollowJobDeps {
  readonly store: Pick<JobStore, 'find' | 'readEvents'>;
  readonly feed: JobFeed;
  readonly clock: Clock;
}

export interface FollowJobRequest {
  readonly jobId: JobId;
  readonly afterSeq: number;
  /** Idle time after which `idle` is given. */
  readonly heartbeatMs: number;
}

/** Events read at once. A stalled reader holds one page, so 500 of them stay small. */
const PAGE_EVENTS = 32;

/**
 * Events after `afterSeq` as they appear, and `idle` where none came for a heartbeat. Ends after `job.finished`, or
 * where the job has ended and there is nothing after `afterSeq`. Rejects with the signal's reason.
 */
export async function* followJob(
  deps: FollowJobDeps,
  request: FollowJobRequest,
  signal: AbortSignal,
): AsyncGenerator<JobEvent | 'idle', void> {
  const bell = new Bell(deps.clock);
  const stop = deps.feed.watch(request.jobId, () => bell.ring());
  try {
    yield* followWithBell({ ...deps, bell }, request, signal);
  } finally {
    stop();
  }
}

async function* followWithBell(
  { store, clock, bell }: FollowJobDeps & { readonly bell: Bell },
  { jobId, afterSeq, heartbeatMs }: FollowJobRequest,
  signal: AbortSignal,
): AsyncGenerator<JobEvent | 'idle', void> {
  let lastSeq = afterSeq;
  let hasEnded = false;
  let idleAt = clock.now() + heartbeatMs;
  for (;;) {
    signal.throwIfAborted();
    // Silenced before the read: what is written after the read rings again.
    bell.silence();
    const events = await store.readEvents(jobId, lastSeq, PAGE_EVENTS);
    for (const event of events) {
      yield event;
      if (event.type === 'job.finished') return;
    }
    if (events.length > 0) {
      lastSeq = events.at(-1)?.seq ?? lastSeq;
      idleAt = clock.now() + heartbeatMs;
      continue;
    }
    if (hasEnded) return;
    // Not a new heartbeat for each wait: a bell that rings for nothing must not hide that the stream is idle.
    if (await bell.wait(idleAt - clock.now(), signal)) continue;
    yield 'idle';
    idleAt = clock.now() + heartbeatMs;
    hasEnded = await isOver(store, jobId);
  }
}

/** True only where nothing can be appended any more: what is still unread is there to be read. */
async function isOver(store: FollowJobDeps['store'], jobId: JobId): Promise<boolean> {
  const job = await store.find(jobId);
  return job === undefined || isTerminal(job.state);
}

/** Remembers a ring that nobody was waiting for. */
class Bell {
  readonly #clock: Clock;
  #rung = Promise.withResolvers<true>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung.resolve(true);
  }

  silence(): void {
    this.#rung = Promise.withResolvers<true>();
  }

  /** Whether it rang within `timeoutMs`. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (timeoutMs <= 0) return false;
    const timer = new AbortController();
    const timeout = this.#clock.sleep(timeoutMs, AbortSignal.any([signal, timer.signal]));
    try {
      return await Promise.race([this.#rung.promise, timeout.then(() => false)]);
    } finally {
      timer.abort();
    }
  }
}

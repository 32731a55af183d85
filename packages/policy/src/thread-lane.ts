import { Worker } from 'node:worker_threads';
import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { PolicyReply, PolicyRequest } from './policy-request.ts';

const START_TIMEOUT_MS = 30_000;
const THREAD_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

export type Answer = PolicyReply | { readonly kind: 'late' } | { readonly kind: 'crashed' };

/**
 * One thread that is asked one thing at a time. A thread that is late or breaks is killed; the next question starts
 * another. So text that keeps a parser busy costs its own job an answer, and nobody else more than a start.
 */
export class ThreadLane implements AsyncDisposable {
  readonly #clock: Clock;
  #thread: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts the thread, or makes sure that it lives. Throws `internal_error` where it cannot start. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#thread !== undefined) return;
    const thread = new Worker(new URL('policy-thread.ts', import.meta.url), {
      resourceLimits: THREAD_LIMITS,
      env: {},
      execArgv: [],
    });
    this.#thread = thread;
    thread.once('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    const first = await this.#nextReply(thread, START_TIMEOUT_MS, signal);
    if (first.kind === 'ready') return;
    await this.#stop();
    throw new DrydockError('internal_error', { message: 'The policy thread does not start.' });
  }

  /** Waits its turn, then for the answer, `timeoutMs` at most from when the thread is asked. */
  async ask(request: PolicyRequest, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
    const turn = this.#last.then(() => this.#askNow(request, timeoutMs, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #askNow(request: PolicyRequest, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    await this.start(signal);
    const thread = this.#thread;
    if (thread === undefined) return { kind: 'crashed' };
    const reply = this.#nextReply(thread, timeoutMs, signal);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(request);
    try {
      const answer = await reply;
      if (answer.kind === 'late' || answer.kind === 'crashed') await this.#stop();
      return answer;
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async #nextReply(thread: Worker, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
    const settled = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const onCrash = (): void => resolve({ kind: 'crashed' });
    thread.once('message', resolve);
    thread.once('error', onCrash);
    thread.once('exit', onCrash);
    try {
      const late = this.#clock
        .sleep(timeoutMs, AbortSignal.any([signal, settled.signal]))
        .then((): Answer => ({ kind: 'late' }));
      return await Promise.race([promise, late]);
    } finally {
      settled.abort();
      thread.off('message', resolve);
      thread.off('error', onCrash);
      thread.off('exit', onCrash);
    }
  }

  async #stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    // A thread that ran out of memory says so when it is already given up.
    thread?.on('error', () => undefined);
    await thread?.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#stop();
  }
}

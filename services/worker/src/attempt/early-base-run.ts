import type { CheckRun } from '@drydock/contracts';
import type { Layer } from '@drydock/core';
import { hasChangeToProve } from '@drydock/core';
import type { DetectedChecks } from '@drydock/verification';
import type { Attempt } from './attempt.ts';
import { runBaseChecks } from '../proof/run-checks.ts';
import { startSpareSandbox } from './sandbox-scope.ts';

/** How often, and how many times, it looks for a sandbox that nobody needs. */
const SEEK_MS = 500;
const SEEKS = 60;

interface BaseRunRequest {
  readonly layer: Layer;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
}

/**
 * The checks on the pristine base while the agent still works: they need nothing of it. Only where a warm sandbox is to
 * spare; else, and where anything goes wrong, verification runs them as if this had never been.
 */
export class EarlyBaseRun implements AsyncDisposable {
  readonly #attempt: Attempt;
  readonly #request: BaseRunRequest;
  readonly #seek = new AbortController();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #detected = Promise.withResolvers<DetectedChecks>();
  #runs: Promise<readonly CheckRun[] | undefined> | undefined;

  constructor(attempt: Attempt, request: BaseRunRequest, signal: AbortSignal) {
    this.#attempt = attempt;
    this.#request = request;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  /** Begins to look for a sandbox. Once; not for jobs that leave nothing to prove. */
  begin(): void {
    if (!hasChangeToProve(this.#attempt.job.spec)) return;
    this.#runs ??= this.#run().catch((err: unknown) => {
      if (!this.#signal.aborted) this.#attempt.deps.log.info('early_base_run.failed', { err });
      return undefined;
    });
  }

  /** What the checks came to, told as soon as they are known which; undefined where they have yet to be run. */
  async finish(
    onDetected: (checks: DetectedChecks) => void,
    signal: AbortSignal,
  ): Promise<readonly CheckRun[] | undefined> {
    this.#seek.abort();
    const stop = (): void => this.#stop.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    void this.#detected.promise.then(onDetected);
    const runs = await this.#runs;
    signal.removeEventListener('abort', stop);
    return runs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#runs;
  }

  async #run(): Promise<readonly CheckRun[] | undefined> {
    await using scope = await this.#findSandbox();
    if (scope === undefined) return undefined;
    const { sandbox } = scope;
    const onDetected = (checks: DetectedChecks): void => this.#detected.resolve(checks);
    return await runBaseChecks(this.#attempt, { sandbox, ...this.#request, onDetected }, this.#signal);
  }

  async #findSandbox() {
    const { deadlineAt } = this.#request;
    const { clock } = this.#attempt.deps;
    const seeking = AbortSignal.any([this.#signal, this.#seek.signal]);
    for (let seek = 0; seek < SEEKS && !seeking.aborted; seek += 1) {
      const scope = await startSpareSandbox(this.#attempt, { role: 'verify', deadlineAt }, this.#signal);
      if (scope !== undefined) return scope;
      await clock.sleep(SEEK_MS, seeking).catch(() => undefined);
    }
    return undefined;
  }
}

import type { Usage } from '@drydock/contracts';
import type { SandboxRecord, TerminalState } from '@drydock/core';
import { Metrics } from '@drydock/service-kit';

const OUTCOMES = ['succeeded', 'failed', 'cancelled', 'timed_out', 'checkpointed', 'safe_mode'] as const;
const ROLES = ['agent', 'verify', 'build'] as const;
const TOKEN_TYPES = ['input', 'cached_input', 'output', 'reasoning'] as const;
const VERDICTS = ['verified', 'not_verified', 'not_applicable'] as const;
const START_BUCKETS = [0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10, 30];

/** Every metric of the worker, in one place. */
export class WorkerMetrics extends Metrics {
  readonly #attempts = this.gauge({
    name: 'drydock_attempts_running',
    help: 'Attempts that run now.',
    labels: {},
  });
  readonly #jobs = this.counter({
    name: 'drydock_jobs_total',
    help: 'Jobs that this worker ended, by terminal state.',
    labels: { outcome: OUTCOMES },
  });
  readonly #verifications = this.counter({
    name: 'drydock_verifications_total',
    help: 'Ended jobs by verdict.',
    labels: { verdict: VERDICTS },
  });
  readonly #sandboxStart = this.histogram({
    name: 'drydock_sandbox_start_seconds',
    help: 'Time from nothing to a sandbox whose agent process and tool host answer.',
    labels: { role: ROLES },
    buckets: START_BUCKETS,
  });
  readonly #turns = this.counter({ name: 'drydock_turns_total', help: 'Model turns.', labels: {} });
  readonly #tokens = this.counter({
    name: 'drydock_llm_tokens_total',
    help: 'Tokens as the model API reports them.',
    labels: { type: TOKEN_TYPES },
  });
  readonly #decisions = this.counter({
    name: 'drydock_policy_decisions_total',
    help: 'Tool calls by verdict.',
    labels: { decision: ['allow', 'deny'] },
  });

  constructor() {
    super('worker');
  }

  attemptStarted(): void {
    this.#attempts.inc({});
  }

  attemptEnded(): void {
    this.#attempts.inc({}, -1);
  }

  jobFinished(outcome: TerminalState, verified: boolean | null): void {
    this.#jobs.inc({ outcome });
    const verdict = verified === null ? 'not_applicable' : verified ? 'verified' : 'not_verified';
    this.#verifications.inc({ verdict });
  }

  sandboxStarted(role: SandboxRecord['role'], seconds: number): void {
    this.#sandboxStart.observe({ role }, seconds);
  }

  turnCharged(usage: Usage): void {
    this.#turns.inc({});
    for (const type of TOKEN_TYPES) this.#tokens.inc({ type }, usage[`${type}_tokens`]);
  }

  policyDecided(decision: 'allow' | 'deny'): void {
    this.#decisions.inc({ decision });
  }
}

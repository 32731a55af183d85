import type { ErrorCode, Usage } from '@drydock/contracts';
import type { CommandVerdict, ModelTurn, PolicyDecision, SandboxRecord, TerminalState } from '@drydock/core';
import { COMMAND_VERDICTS, DENY_REASONS } from '@drydock/core';
import type { BreakerState, TransientCode } from '@drydock/models';
import { BREAKER_STATES } from '@drydock/models';
import { Metrics } from '@drydock/service-kit';

const OUTCOMES = ['succeeded', 'failed', 'cancelled', 'timed_out', 'checkpointed', 'safe_mode'] as const;
const ATTEMPT_OUTCOMES = ['committed', 'lease_lost', 'released', 'shutdown', 'broken'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];
const ROLES = ['agent', 'verify', 'build'] as const;
const TOKEN_TYPES = ['input', 'cached_input', 'output', 'reasoning'] as const;
const VERDICTS = ['verified', 'not_verified', 'not_applicable'] as const;
const TRANSIENT_MODEL_ERRORS = [
  ...(['model_unavailable', 'model_timeout', 'model_rate_limited', 'model_bad_answer'] as const),
] as const satisfies TransientCode[];
const MODEL_ERRORS = [
  ...(['model_error', 'model_auth', 'model_quota_exhausted', 'model_not_found'] as const),
  ...(['model_content_filtered', 'model_context_overflow'] as const),
  ...TRANSIENT_MODEL_ERRORS,
] as const satisfies ErrorCode[];
const REQUEST_OUTCOMES = [
  ...(['completed', 'incomplete', 'refused', 'interrupted', 'other'] as const),
  ...MODEL_ERRORS,
] as const;
export type ModelRequestOutcome = ModelTurn['status'] | 'interrupted' | ErrorCode;

const LEASE_PATHS = ['warm', 'cold'] as const;
const LEASE_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10];
const START_BUCKETS = [0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10, 30];
const JOB_BUCKETS = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_200, 3_600, 7_200];
const WAIT_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200];
const MODEL_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];

/** Every metric of the worker, in one place. */
export class WorkerMetrics extends Metrics {
  readonly #attempts = this.gauge({
    name: 'drydock_attempts_running',
    help: 'Attempts that run now.',
    labels: {},
  });
  readonly #attemptsEnded = this.counter({
    name: 'drydock_attempts_total',
    help: 'Attempts that ended here: committed, or why their job was left to another attempt.',
    labels: { outcome: ATTEMPT_OUTCOMES },
  });
  readonly #queueWait = this.histogram({
    name: 'drydock_job_queue_wait_seconds',
    help: 'Time from accepting a job to its first claim.',
    labels: {},
    buckets: WAIT_BUCKETS,
  });
  readonly #jobs = this.counter({
    name: 'drydock_jobs_total',
    help: 'Jobs that this worker ended, by terminal state.',
    labels: { outcome: OUTCOMES },
  });
  readonly #jobSeconds = this.histogram({
    name: 'drydock_job_duration_seconds',
    help: 'Time from accepting a job to its end, by terminal state.',
    labels: { outcome: OUTCOMES },
    buckets: JOB_BUCKETS,
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
  readonly #warmSandboxes = this.gauge({
    name: 'drydock_warm_sandboxes',
    help: 'Booted sandboxes that wait for their job.',
    labels: {},
  });
  readonly #leases = this.counter({
    name: 'drydock_sandbox_leases_total',
    help: 'Sandboxes given to attempts: from the warm pool, or booted while the attempt waited.',
    labels: { path: LEASE_PATHS },
  });
  readonly #leaseSeconds = this.histogram({
    name: 'drydock_sandbox_lease_seconds',
    help: 'Time that an attempt waits for a sandbox, without its workspace.',
    labels: { path: LEASE_PATHS },
    buckets: LEASE_BUCKETS,
  });
  readonly #turns = this.counter({ name: 'drydock_turns_total', help: 'Model turns.', labels: {} });
  readonly #tokens = this.counter({
    name: 'drydock_llm_tokens_total',
    help: 'Tokens as the model API reports them; cached input is part of input, reasoning part of output.',
    labels: { type: TOKEN_TYPES },
  });
  readonly #modelSeconds = this.histogram({
    name: 'drydock_llm_request_duration_seconds',
    help: 'Time of a model turn, with its retries, by how it ended.',
    labels: { outcome: REQUEST_OUTCOMES },
    buckets: MODEL_BUCKETS,
  });
  readonly #modelRetries = this.counter({
    name: 'drydock_llm_retries_total',
    help: 'Attempts at a model call that failed and were made again, by how.',
    labels: { reason: TRANSIENT_MODEL_ERRORS },
  });
  readonly #breaker = this.gauge({
    name: 'drydock_llm_breaker',
    help: '1 for the state of the breaker in front of the model server: open, nobody asks it; half_open, one call does.',
    labels: { state: BREAKER_STATES },
  });
  readonly #cost = this.counter({
    name: 'drydock_llm_cost_usd_total',
    help: 'What model calls cost by the price table, US dollars; those of models without a price are not in it.',
    labels: {},
  });
  readonly #decisions = this.counter({
    name: 'drydock_policy_decisions_total',
    help: 'Tool calls by verdict and its reason.',
    labels: { decision: ['allow', 'deny'], reason: ['listed', ...DENY_REASONS] },
    exists: ({ decision, reason }) => (decision === 'allow') === (reason === 'listed'),
  });

  readonly #commands = this.counter({
    name: 'drydock_command_decisions_total',
    help: 'Commands of the model by what the policy came to.',
    labels: { verdict: COMMAND_VERDICTS },
  });

  constructor() {
    super('worker');
    this.modelBreaker('closed');
  }

  /** `waitedSeconds` is given for a job's first attempt. */
  attemptStarted(waitedSeconds?: number): void {
    this.#attempts.inc({});
    if (waitedSeconds !== undefined) this.#queueWait.observe({}, waitedSeconds);
  }

  attemptEnded(outcome: AttemptOutcome): void {
    this.#attempts.inc({}, -1);
    this.#attemptsEnded.inc({ outcome });
  }

  jobFinished(outcome: TerminalState, verified: boolean | null, seconds: number): void {
    this.#jobs.inc({ outcome });
    this.#jobSeconds.observe({ outcome }, seconds);
    const verdict = verified === null ? 'not_applicable' : verified ? 'verified' : 'not_verified';
    this.#verifications.inc({ verdict });
  }

  sandboxStarted(role: SandboxRecord['role'], seconds: number): void {
    this.#sandboxStart.observe({ role }, seconds);
  }

  warmSandboxes(idle: number): void {
    this.#warmSandboxes.set({}, idle);
  }

  sandboxLeased(path: (typeof LEASE_PATHS)[number], seconds: number): void {
    this.#leases.inc({ path });
    this.#leaseSeconds.observe({ path }, seconds);
  }

  turnCharged(usage: Usage): void {
    this.#turns.inc({});
    for (const type of TOKEN_TYPES) this.#tokens.inc({ type }, usage[`${type}_tokens`]);
    this.#cost.inc({}, usage.cost_usd ?? 0);
  }

  modelRetried(reason: TransientCode): void {
    this.#modelRetries.inc({ reason });
  }

  modelBreaker(now: BreakerState): void {
    for (const state of BREAKER_STATES) this.#breaker.set({ state }, state === now ? 1 : 0);
  }

  modelAnswered(outcome: ModelRequestOutcome, seconds: number): void {
    const known = REQUEST_OUTCOMES.find((listed) => listed === outcome) ?? 'other';
    this.#modelSeconds.observe({ outcome: known }, seconds);
  }

  commandDecided(verdict: CommandVerdict): void {
    this.#commands.inc({ verdict });
  }

  policyDecided({ verdict, reason }: Pick<PolicyDecision, 'verdict' | 'reason'>): void {
    this.#decisions.inc({ decision: verdict, reason });
  }
}

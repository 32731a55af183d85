import type { EgressReport, JobState } from '@drydock/contracts';
import { EGRESS_REASONS, EGRESS_VERDICTS, JOB_STATES } from '@drydock/contracts';
import type { OutboxCount, RemovalReason, SandboxRecord, StoreMemory, SweptArtifacts } from '@drydock/core';
import { Metrics } from '@drydock/service-kit';
import type { FinishedPass } from './run-sweeps.ts';
import { SWEEPS, SWEEP_OUTCOMES } from './sweep.ts';
import { WEBHOOK_OUTCOMES, type WebhookOutcome } from './webhooks/webhook-outcomes.ts';

/** Why the monitor ended a sandbox. */
const REAP_REASONS = ['deadline_passed', 'lease_expired', 'expired', 'owner_dead', 'no_slot'] as const;
export type ReapReason = (typeof REAP_REASONS)[number];

const REMOVAL_REASONS = ['age', 'count', 'memory', 'artifacts'] as const satisfies RemovalReason[];

/** How a webhook left the outbox. */
const WEBHOOK_ENDS = ['delivered', 'gone', 'given_up', 'unreadable'] as const;

/** What is true of the whole cluster at one moment. */
interface ClusterCount {
  readonly jobs: Readonly<Record<JobState, number>>;
  readonly sandboxes: readonly Pick<SandboxRecord, 'role'>[];
  readonly memory: StoreMemory;
  readonly webhooks: OutboxCount;
}

const ROLES = ['agent', 'verify', 'build'] as const satisfies SandboxRecord['role'][];

const PASS_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every metric of the monitor, in one place. */
export class MonitorMetrics extends Metrics {
  readonly #passes = this.counter({
    name: 'drydock_monitor_sweep_passes_total',
    help: 'Passes of each sweep, by how they ended.',
    labels: { sweep: SWEEPS, outcome: SWEEP_OUTCOMES },
  });
  readonly #passSeconds = this.histogram({
    name: 'drydock_monitor_sweep_duration_seconds',
    help: 'How long a pass took.',
    labels: { sweep: SWEEPS },
    buckets: PASS_BUCKETS,
  });
  readonly #dispatched = this.counter({
    name: 'drydock_monitor_outbox_dispatched_total',
    help: 'Outbox entries handed to the queue by the monitor.',
    labels: {},
  });
  readonly #leasesExpired = this.counter({
    name: 'drydock_monitor_leases_expired_total',
    help: 'Attempts whose lease ran out, by the state their job went to.',
    labels: { to: JOB_STATES },
  });
  readonly #deadlinesExpired = this.counter({
    name: 'drydock_monitor_job_deadlines_expired_total',
    help: 'Jobs that the monitor ended because no worker did.',
    labels: {},
  });
  readonly #inOffice = this.gauge({
    name: 'drydock_monitor_in_office',
    help: 'Whether this monitor is the one that exports gauges about the whole cluster.',
    labels: {},
  });
  readonly #jobs = this.gauge({
    name: 'drydock_queue_jobs',
    help: 'Jobs of the whole cluster by state; 0 from every monitor but the one in office.',
    labels: { state: JOB_STATES },
  });
  readonly #sandboxes = this.gauge({
    name: 'drydock_sandboxes',
    help: 'Sandboxes that work for jobs in the whole cluster; 0 from every monitor but the one in office.',
    labels: { role: ROLES },
  });
  readonly #reaped = this.counter({
    name: 'drydock_sandboxes_reaped_total',
    help: 'Sandboxes that the monitor ended, by reason; expired is the label, the fallback without Redis.',
    labels: { reason: REAP_REASONS },
  });
  readonly #drifted = this.counter({
    name: 'drydock_sandbox_drift_total',
    help: 'Running containers that departed from their policy, and were ended for it.',
    labels: {},
  });
  readonly #slotsReaped = this.counter({
    name: 'drydock_slots_reaped_total',
    help: 'Slots with their mounts that the monitor removed because their owner is dead.',
    labels: {},
  });

  readonly #storeUsed = this.gauge({
    name: 'drydock_store_used_bytes',
    help: 'Memory that Redis uses of drydock_store_max_bytes; 0 from every monitor but the one in office.',
    labels: {},
  });
  readonly #storeMax = this.gauge({
    name: 'drydock_store_max_bytes',
    help: 'maxmemory of Redis; 0 where it has none, and from every monitor but the one in office.',
    labels: {},
  });
  readonly #jobsRemoved = this.counter({
    name: 'drydock_jobs_removed_total',
    help: 'Ended jobs that retention removed, by what they were too many for.',
    labels: { reason: REMOVAL_REASONS },
  });
  readonly #artifactsRemoved = this.counter({
    name: 'drydock_artifacts_removed_total',
    help: 'Artifacts that nothing referred to any more and that were removed.',
    labels: {},
  });
  readonly #artifactBytesRemoved = this.counter({
    name: 'drydock_artifacts_removed_bytes_total',
    help: 'Bytes of the artifacts that were removed.',
    labels: {},
  });
  readonly #artifactBytes = this.gauge({
    name: 'drydock_artifacts_bytes',
    help: 'Artifacts that jobs and uploads refer to, as of the last sweep of this monitor; 0 before.',
    labels: {},
  });
  readonly #webhookTries = this.counter({
    name: 'drydock_webhook_tries_total',
    help: 'Tries to send a webhook, by what came of them.',
    labels: { outcome: WEBHOOK_OUTCOMES },
  });
  readonly #webhooksEnded = this.counter({
    name: 'drydock_webhooks_ended_total',
    help: 'Webhooks that are sent no more, by why: given_up is after the last try.',
    labels: { end: WEBHOOK_ENDS },
  });
  readonly #webhooksWaiting = this.gauge({
    name: 'drydock_webhooks_waiting',
    help: 'Webhooks that wait to be sent; 0 from every monitor but the one in office.',
    labels: {},
  });
  readonly #webhooksWaitingBytes = this.gauge({
    name: 'drydock_webhooks_waiting_bytes',
    help: 'What the webhooks that wait take in Redis; 0 from every monitor but the one in office.',
    labels: {},
  });
  readonly #webhooksOldest = this.gauge({
    name: 'drydock_webhooks_oldest_seconds',
    help: 'How long the oldest webhook waits; 0 where none does, and from every monitor but the one in office.',
    labels: {},
  });
  readonly #webhooksDropped = this.gauge({
    name: 'drydock_webhooks_dropped',
    help: 'Webhooks that were dropped for want of room since this store began; 0 from every monitor but the one in office.',
    labels: {},
  });
  readonly #egressDecisions = this.counter({
    name: 'drydock_egress_decisions_total',
    help: 'What the egress gateway decided about requests of sandboxes, and why.',
    labels: { verdict: EGRESS_VERDICTS, reason: EGRESS_REASONS },
    exists: ({ verdict, reason }) => (verdict === 'allow') === (reason === 'granted'),
  });
  readonly #egressBytes = this.counter({
    name: 'drydock_egress_bytes_total',
    help: 'Bytes that sandboxes sent and received, counted when their line is closed.',
    labels: { direction: ['up', 'down'] },
  });
  readonly #egressLines = this.gauge({
    name: 'drydock_egress_lines',
    help: 'Sandboxes of this host that have a way out.',
    labels: {},
  });
  readonly #egressUp = this.gauge({
    name: 'drydock_egress_gateway_up',
    help: 'Whether the egress gateway of this host runs; while it does not, nothing leaves a sandbox.',
    labels: {},
  });
  readonly #egressRestarts = this.counter({
    name: 'drydock_egress_gateway_restarts_total',
    help: 'Times that the egress gateway was started again.',
    labels: {},
  });

  constructor() {
    super('monitor');
  }

  passFinished({ sweep, outcome, durationMs }: FinishedPass): void {
    this.#passes.inc({ sweep, outcome });
    this.#passSeconds.observe({ sweep }, durationMs / 1_000);
  }

  outboxDispatched(count: number): void {
    this.#dispatched.inc({}, count);
  }

  leaseExpired(to: JobState): void {
    this.#leasesExpired.inc({ to });
  }

  jobDeadlineExpired(): void {
    this.#deadlinesExpired.inc({});
  }

  /** What is true of the whole cluster, from the monitor in office. */
  clusterCounted({ jobs, sandboxes, memory, webhooks }: ClusterCount): void {
    this.#webhooksWaiting.set({}, webhooks.waiting);
    this.#webhooksWaitingBytes.set({}, webhooks.bytes);
    this.#webhooksOldest.set({}, webhooks.oldestMs / 1_000);
    this.#webhooksDropped.set({}, webhooks.dropped);
    this.#inOffice.set({}, 1);
    this.#storeUsed.set({}, memory.usedBytes);
    this.#storeMax.set({}, memory.maxBytes);
    for (const state of JOB_STATES) this.#jobs.set({ state }, jobs[state]);
    for (const role of ROLES) {
      this.#sandboxes.set({ role }, sandboxes.filter((sandbox) => sandbox.role === role).length);
    }
  }

  /** Another monitor says it, or nobody can. */
  clusterUnknown(): void {
    for (const gauge of [
      this.#inOffice,
      this.#storeUsed,
      this.#storeMax,
      this.#webhooksWaiting,
      this.#webhooksWaitingBytes,
      this.#webhooksOldest,
      this.#webhooksDropped,
    ])
      gauge.set({}, 0);
    for (const state of JOB_STATES) this.#jobs.set({ state }, 0);
    for (const role of ROLES) this.#sandboxes.set({ role }, 0);
  }

  jobRemoved(reason: RemovalReason, count = 1): void {
    this.#jobsRemoved.inc({ reason }, count);
  }

  artifactsSwept({ removed, removedBytes, kept }: SweptArtifacts): void {
    this.#artifactsRemoved.inc({}, removed);
    this.#artifactBytesRemoved.inc({}, removedBytes);
    this.#artifactBytes.set(
      {},
      [...kept.values()].reduce((sum, bytes) => sum + bytes, 0),
    );
  }

  sandboxReaped(reason: ReapReason): void {
    this.#reaped.inc({ reason });
  }

  sandboxDrifted(): void {
    this.#drifted.inc({});
  }

  webhookTried(outcome: WebhookOutcome): void {
    this.#webhookTries.inc({ outcome });
  }

  webhookEnded(end: (typeof WEBHOOK_ENDS)[number]): void {
    this.#webhooksEnded.inc({ end });
  }

  egressReported(report: EgressReport): void {
    switch (report.type) {
      case 'decided': {
        const { verdict, reason, count } = report.decision;
        return this.#egressDecisions.inc({ verdict, reason }, count);
      }
      case 'opened':
        return this.#egressLines.set({}, report.lines);
      case 'closed':
        this.#egressLines.set({}, report.lines);
        this.#egressBytes.inc({ direction: 'up' }, report.bytesUp);
        return this.#egressBytes.inc({ direction: 'down' }, report.bytesDown);
      case 'ready':
      case 'failed':
    }
  }

  egressIsUp(isUp: boolean): void {
    this.#egressUp.set({}, Number(isUp));
    if (!isUp) this.#egressLines.set({}, 0);
  }

  egressRestarted(): void {
    this.#egressRestarts.inc({});
  }

  slotReaped(): void {
    this.#slotsReaped.inc({});
  }
}

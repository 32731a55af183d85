export const SWEEPS = [
  'dispatch_outbox',
  'expire_attempts',
  'expire_approvals',
  'enforce_deadlines',
  'reap_sandboxes',
  'audit_drift',
  'export_gauges',
  'remove_jobs',
  'remove_artifacts',
  'keep_audit',
  'remove_audit',
  'deliver_webhooks',
] as const;
export type SweepName = (typeof SWEEPS)[number];

export const SWEEP_OUTCOMES = ['done', 'failed', 'overran'] as const;
export type SweepOutcome = (typeof SWEEP_OUTCOMES)[number];

/** A duty of the monitor: `run` is one pass, safe to repeat and to run twice at once. */
export interface Sweep {
  readonly name: SweepName;
  /** From the start of one pass to the start of the next. */
  readonly intervalMs: number;
  /** Deadline of one pass. */
  readonly timeoutMs: number;
  run(signal: AbortSignal): Promise<void>;
}

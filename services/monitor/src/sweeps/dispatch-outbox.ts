import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** Wakes workers for accepted jobs whose API process died before it could. */
export function createDispatchOutbox({ jobs, metrics }: Pick<MonitorDeps, 'jobs' | 'metrics'>): Sweep {
  return {
    name: 'dispatch_outbox',
    intervalMs: 1_000,
    timeoutMs: 5_000,
    run: async () => metrics.outboxDispatched(await jobs.dispatchOutbox()),
  };
}

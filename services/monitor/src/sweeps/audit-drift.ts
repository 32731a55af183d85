import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/**
 * A second pair of eyes on Docker: whoever has its socket can change a running container, or start one that calls itself
 * ours. What departs from its policy is ended, then said. Which job it worked for is looked up last and may stay unknown:
 * Redis being down must not keep such a container alive.
 */
export function createAuditDrift({
  host,
  registry,
  log,
  metrics,
}: Pick<MonitorDeps, 'host' | 'registry' | 'log' | 'metrics'>): Sweep {
  return {
    name: 'audit_drift',
    intervalMs: 5_000,
    timeoutMs: 30_000,
    run: async (signal) => {
      const drifts = await host.reapDrift(signal);
      for (const drift of drifts) {
        metrics.sandboxDrifted();
        log.error('sandbox.drifted', { ...drift });
      }
      if (drifts.length === 0) return;
      const ended = new Set(drifts.map(({ sandboxId }) => sandboxId));
      for (const { sandboxId, jobId, fence } of await registry.list()) {
        if (ended.has(sandboxId)) log.error('attempt.drifted', { sandboxId, jobId, fence });
      }
    },
  };
}

import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** Three passes: a monitor that misses one keeps the office, and one that dies is followed soon. */
const OFFICE_MS = 6_000;

/**
 * Exports what is true of the whole cluster. One monitor of many does it, the others export zeros: a sum over all of
 * them is right, and a monitor that cannot reach Redis does not go on telling old news.
 */
export function createExportGauges({
  archive,
  jobs,
  registry,
  webhooks,
  office,
  metrics,
}: Pick<MonitorDeps, 'archive' | 'jobs' | 'registry' | 'webhooks' | 'office' | 'metrics'>): Sweep {
  return {
    name: 'export_gauges',
    intervalMs: 2_000,
    timeoutMs: 5_000,
    run: async () => {
      try {
        if (!(await office.hold(OFFICE_MS))) return metrics.clusterUnknown();
        const [counts, sandboxes, memory, waiting] = await Promise.all([
          jobs.countStates(),
          registry.list(),
          archive.readMemory(),
          webhooks.count(),
        ]);
        metrics.clusterCounted({ jobs: counts, sandboxes, memory, webhooks: waiting });
      } catch (error) {
        metrics.clusterUnknown();
        throw error;
      }
    },
  };
}

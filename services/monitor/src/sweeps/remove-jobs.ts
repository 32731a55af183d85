import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** Three passes: a monitor that dies is followed soon, and one of many does the work. */
const OFFICE_MS = 3 * 60_000;

/** Removes jobs that are over and that nobody has to keep any longer, oldest first. */
export function createRemoveJobs({
  archive,
  archivist,
  retention,
  log,
  metrics,
}: Pick<MonitorDeps, 'archive' | 'archivist' | 'retention' | 'log' | 'metrics'>): Sweep {
  return {
    name: 'remove_jobs',
    intervalMs: 60_000,
    timeoutMs: 45_000,
    run: async (signal) => {
      if (!(await archivist.hold(OFFICE_MS))) return;
      for (const [reason, count] of await archive.removeEnded(retention, signal)) {
        log.info('jobs.removed', { reason, count });
        metrics.jobRemoved(reason, count);
      }
    },
  };
}

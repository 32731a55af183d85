import type { MonitorDeps } from '../deps.ts';
import { endSandboxes } from '../end-sandboxes.ts';
import type { Sweep } from '../sweep.ts';

/** A worker ends its own jobs in time, and what is cancelled at once; after this the monitor does it. */
const DEADLINE_GRACE_MS = 10_000;

/**
 * Takes attempts from workers that no longer renew their lease, and ends jobs that nobody ended in time. The records
 * are read before leases expire: what they name then belongs to the lost attempt and never to its successor, so a
 * worker that was only stopped loses its sandbox before it wakes up.
 */
export function createExpireAttempts(deps: MonitorDeps): Sweep {
  const { jobs, registry, log, metrics } = deps;
  return {
    name: 'expire_attempts',
    intervalMs: 1_000,
    timeoutMs: 30_000,
    run: async (signal) => {
      const records = await registry.list();
      const lost = await jobs.expireLeases();
      for (const { jobId, to } of lost) {
        log.warn('lease.expired', { jobId, to });
        metrics.leaseExpired(to);
      }
      const late = await jobs.expireDeadlines(DEADLINE_GRACE_MS);
      for (const { jobId, to } of late) {
        log.warn('job.ended', { jobId, to });
        metrics.jobDeadlineExpired();
      }
      const ended = new Set([...lost, ...late].map(({ jobId }) => jobId));
      const orphans = records.filter(({ jobId }) => ended.has(jobId));
      await endSandboxes(deps, { records: orphans, reason: 'lease_expired' }, signal);
    },
  };
}

import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/** Denies what nobody decided in time: the job that waits is woken, or goes back to the queue. */
export function createExpireApprovals({ approvals, log }: Pick<MonitorDeps, 'approvals' | 'log'>): Sweep {
  return {
    name: 'expire_approvals',
    intervalMs: 1_000,
    timeoutMs: 10_000,
    run: async () => {
      const expired = await approvals.expire();
      if (expired > 0) log.info('approvals.expired', { count: expired });
    },
  };
}

import type { MonitorDeps } from '../deps.ts';
import { endSandboxes } from '../end-sandboxes.ts';
import type { Sweep } from '../sweep.ts';

/** The worker ends its sandboxes at their deadline; this long after it the monitor does not ask any more. */
const GRACE_MS = 5_000;

/** Kills what outlives its deadline, whatever its worker does. */
export function createEnforceDeadlines(deps: MonitorDeps): Sweep {
  return {
    name: 'enforce_deadlines',
    intervalMs: 1_000,
    timeoutMs: 30_000,
    run: async (signal) => {
      const now = deps.clock.now();
      const records = await deps.registry.list();
      const late = records.filter(({ deadlineAt }) => deadlineAt + GRACE_MS <= now);
      await endSandboxes(deps, { records: late, reason: 'deadline_passed' }, signal);
    },
  };
}

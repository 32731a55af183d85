import type { MonitorDeps } from '../deps.ts';
import type { Sweep } from '../sweep.ts';

/**
 * Removes what a crash has left on this host: containers first, then the slots under them. It asks Docker and the mount
 * table only, so it works while Redis is down.
 */
export function createReapSandboxes({
  host,
  log,
  metrics,
}: Pick<MonitorDeps, 'host' | 'log' | 'metrics'>): Sweep {
  return {
    name: 'reap_sandboxes',
    intervalMs: 5_000,
    timeoutMs: 30_000,
    run: async (signal) => {
      for (const { sandboxId, reason } of await host.reapContainers(signal)) {
        log.warn('sandbox.reaped', { sandboxId, reason });
        metrics.sandboxReaped(reason);
      }
      for (const sandboxId of await host.reapSlots(signal)) {
        log.warn('slot.reaped', { sandboxId });
        metrics.slotReaped();
      }
    },
  };
}

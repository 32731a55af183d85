import { openReaper } from '@drydock/sandbox';
import { systemClock } from '@drydock/service-kit';
import type { MonitorConfig } from './config.ts';
import type { SandboxHost } from './deps.ts';

/** Opens this host for the sweeps. Throws `engine_unavailable` where Docker does not answer. */
export async function openHost(config: MonitorConfig): Promise<SandboxHost> {
  const host = await openReaper({
    dockerSocket: config.DRYDOCK_DOCKER_SOCKET,
    instanceId: config.DRYDOCK_INSTANCE_ID,
    clock: systemClock,
    ...(config.DRYDOCK_STATE_DIR === undefined ? {} : { stateDir: config.DRYDOCK_STATE_DIR }),
  });
  return {
    destroy: async (sandboxId, signal) => {
      const wasHere = await host.hasSlot(sandboxId);
      await host.reaper.reap(sandboxId, signal);
      return wasHere;
    },
    reapContainers: (signal) => host.reaper.reapContainers(signal),
    reapDrift: (signal) => host.reaper.reapDrift(signal),
    reapSlots: (signal) => host.reaper.reapSlots(signal),
    release: () => host.release(),
  };
}

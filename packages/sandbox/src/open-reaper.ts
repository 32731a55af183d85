import type { SandboxId } from '@drydock/contracts';
import { createHostServices, releaseHost } from './host-services.ts';
import { Reaper } from './reaper.ts';
import { resolveHostConfig, type HostOptions } from './sandbox-config.ts';

export type ReaperConfig = HostOptions;

/** What the monitor may do to this host. */
export interface ReaperHost {
  readonly reaper: Reaper;
  /** Whether the sandbox was started on this host and is not cleaned up yet. */
  hasSlot(sandboxId: SandboxId): Promise<boolean>;
  /** Removes what the host keeps for all sandboxes; false, and nothing done, while a slot is there. */
  release(): Promise<boolean>;
}

/** Opens a host for ending sandboxes only. Throws `engine_unavailable` where the engine does not answer. */
export async function openReaper(options: ReaperConfig): Promise<ReaperHost> {
  const host = await createHostServices(resolveHostConfig(options));
  return {
    reaper: new Reaper(host),
    hasSlot: (sandboxId) => host.slots.hasSlot(sandboxId),
    release: () => releaseHost(host),
  };
}

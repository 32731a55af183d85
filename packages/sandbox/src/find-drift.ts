import { SandboxId } from '@drydock/contracts';
import { auditRunning } from './audit-container.ts';
import { findForeignExecs } from './find-foreign-execs.ts';
import type { HostServices } from './host-services.ts';
import { findContainerRecord } from './reap-sandbox.ts';

/** A running container of this installation that departs from its policy. */
export interface Drift {
  readonly containerId: string;
  /** Undefined where its label is no id of ours. */
  readonly sandboxId: SandboxId | undefined;
  /** What is different, in words. */
  readonly violations: readonly string[];
}

/**
 * Compares every running container that carries this installation's label with what was noted before it was started,
 * builders included. One that nobody noted was not started by us, whatever it is like.
 */
export async function findDrift(host: HostServices, signal: AbortSignal): Promise<readonly Drift[]> {
  const drifts: Drift[] = [];
  for (const { id: containerId, labels } of await host.engine.listContainers(host.config.instanceId)) {
    signal.throwIfAborted();
    const sandboxId = SandboxId.safeParse(labels['drydock.sandbox']).data;
    const violations = await audit(host, containerId, sandboxId);
    if (violations.length > 0) drifts.push({ containerId, sandboxId, violations });
  }
  return drifts;
}

async function audit(
  host: HostServices,
  containerId: string,
  sandboxId: SandboxId | undefined,
): Promise<readonly string[]> {
  const record = sandboxId && (await findContainerRecord(host, sandboxId));
  // Asked after the record was read: that one goes after its container, and comes before it runs.
  const container = await host.engine.findContainer(containerId);
  if (container?.State.Running !== true) return [];
  if (record?.id !== containerId) return ['it is not the container of a sandbox'];
  const execs = await host.engine.listExecs(container.ExecIDs ?? []);
  const violations = await auditRunning(host.profile, record.policy, container);
  return [...violations, ...findForeignExecs(record.guestUids, execs)];
}

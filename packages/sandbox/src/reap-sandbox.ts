import type { SandboxId } from '@drydock/contracts';
import { readFile } from 'node:fs/promises';
import { containerName } from './container-options.ts';
import { endContainer } from './end-container.ts';
import type { ContainerPolicy } from './find-violations.ts';
import { hasCode } from './has-code.ts';
import type { HostServices } from './host-services.ts';
import { removeSlot } from './remove-slot.ts';
import { isAbandoned } from './slot-owner.ts';
import { slotPaths } from './slot-paths.ts';

/** What a slot notes about its container. */
export interface ContainerRecord {
  readonly id: string;
  /** Whose processes the worker starts in it; a builder has none but its own. */
  readonly guestUids?: readonly number[];
  readonly policy: ContainerPolicy;
}

/** Ends a sandbox's container, and takes down its slot where no living process will. None there is fine. */
export async function reapSandbox(host: HostServices, sandboxId: SandboxId): Promise<void> {
  const { config, slots } = host;
  const record = await findContainerRecord(host, sandboxId);
  await endContainer(host, { name: containerName(config.instanceId, sandboxId), id: record?.id });
  if (!(await slots.hasSlot(sandboxId))) return;
  const paths = slotPaths(config.stateDir, sandboxId);
  if (await isAbandoned(paths, config.clock.now())) await removeSlot(sandboxId, config);
}

export async function findContainerRecord(
  host: HostServices,
  sandboxId: SandboxId,
): Promise<ContainerRecord | undefined> {
  try {
    const { container } = slotPaths(host.config.stateDir, sandboxId);
    return JSON.parse(await readFile(container, 'utf8')) as ContainerRecord;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

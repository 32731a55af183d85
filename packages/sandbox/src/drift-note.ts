import type { SandboxId } from '@drydock/contracts';
import { readFile, writeFile } from 'node:fs/promises';
import { hasCode } from './has-code.ts';
import type { HostConfig } from './sandbox-config.ts';
import { slotPaths } from './slot-paths.ts';

/** Why the monitor ended a container, for the worker that it worked for: both are on this host, whatever Redis does. */
interface DriftNote {
  readonly containerId: string;
  readonly violations: readonly string[];
}

/** Nothing where the slot is gone: then nobody waits. */
export async function noteDrift(
  { stateDir }: Pick<HostConfig, 'stateDir'>,
  { sandboxId, ...note }: DriftNote & { readonly sandboxId: SandboxId },
): Promise<void> {
  try {
    await writeFile(slotPaths(stateDir, sandboxId).drift, JSON.stringify(note), { mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

export async function findDriftNote(
  { stateDir }: Pick<HostConfig, 'stateDir'>,
  sandboxId: SandboxId,
): Promise<DriftNote | undefined> {
  try {
    return JSON.parse(await readFile(slotPaths(stateDir, sandboxId).drift, 'utf8')) as DriftNote;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EngineCap, EngineProfile } from './engine-profile.ts';
import type { SandboxConfig } from './sandbox-config.ts';
import { unfitEngine } from './unfit-engine.ts';

export const NO_OVERLAY =
  'is rootless: it shows its containers no mounts of this process. Set DRYDOCK_WORKSPACE_BACKEND to copy or auto.';
const OTHERS_MAY_PASS = 0o001;

/** Throws `internal_error` where the engine cannot keep a limit that every sandbox is promised, unless that was allowed. */
export function assertCaps(
  { uncapped }: EngineProfile,
  { allowUncappedEngine }: Pick<SandboxConfig, 'allowUncappedEngine'>,
): void {
  const missing = uncapped.filter((cap) => cap !== 'cpu');
  if (missing.length === 0 || allowUncappedEngine) return;
  throw unfitEngine(
    `cannot cap the ${join(missing)} of a container: one job could take all of this machine. Give its user cgroup v2 ` +
      'with delegated controllers, or take Docker Engine; DRYDOCK_ALLOW_UNCAPPED_ENGINE=true runs jobs without these caps.',
  );
}

export function describeUncapped(uncapped: readonly EngineCap[]): string {
  return `The engine cannot cap the ${join(uncapped)} of a sandbox; the operator allowed that. Each of its users may have 1,024 processes and threads.`;
}

/** Throws `internal_error` where the engine's user, who is not this process's, could not bind what sandboxes are given. */
export async function assertInReach(
  { engineUid }: EngineProfile,
  { runtimeDir, layersDir, stateDir }: Pick<SandboxConfig, 'runtimeDir' | 'layersDir' | 'stateDir'>,
): Promise<void> {
  if (engineUid === 0 || engineUid === process.geteuid?.()) return;
  // The last two are opened by whoever makes them.
  for (const path of [runtimeDir, dirname(dirname(layersDir)), dirname(stateDir)]) {
    const closed = await findClosed(path, engineUid);
    if (closed === undefined) continue;
    throw unfitEngine(
      `runs as uid ${engineUid}, who may not pass through ${closed}, which is above what sandboxes are given. Open it (chmod o+x), or let the worker run as that user.`,
    );
  }
}

async function findClosed(path: string, engineUid: number): Promise<string | undefined> {
  for (let dir = path; ; dir = dirname(dir)) {
    const found = await stat(dir).catch(() => undefined);
    const isOpen = found === undefined || found.uid === engineUid || (found.mode & OTHERS_MAY_PASS) !== 0;
    if (!isOpen) return dir;
    if (dir === dirname(dir)) return undefined;
  }
}

function join(caps: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(caps);
}

import type { SandboxId } from '@drydock/contracts';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { hasCode } from './has-code.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import type { SlotPaths } from './slot-paths.ts';

/** `owner.json` of a slot: whoever dies, this says what has to be cleaned up. */
export interface SlotOwner extends ProcessIdentity {
  readonly instanceId: string;
  readonly sandboxId: SandboxId;
  readonly uids: readonly number[];
  /** Directories outside the slot that end with it. */
  readonly tempDirs: readonly string[];
}

/** A slot without owner.json is being made; after this time its maker is dead. */
const UNOWNED_GRACE_MS = 10_000;
/** No process has this number. */
const NOBODY: ProcessIdentity = { pid: 0, startTime: '' };

export async function findOwner(paths: SlotPaths): Promise<SlotOwner | undefined> {
  try {
    return JSON.parse(await readFile(paths.owner, 'utf8')) as SlotOwner;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether nobody looks after the slot any more. */
export async function isAbandoned(paths: SlotPaths, now: number): Promise<boolean> {
  const owner = await findOwner(paths);
  if (owner !== undefined) return !(await isAlive(owner));
  const madeAt = await stat(paths.dir).then(
    ({ mtimeMs }) => mtimeMs,
    () => now,
  );
  return now - madeAt > UNOWNED_GRACE_MS;
}

/**
 * Leaves a slot to the reaper although this process lives: for an owner that could not end the container, because the
 * engine was away, and will not come back to it. A slot that is gone needs nobody.
 */
export async function disownSlot(paths: SlotPaths): Promise<void> {
  const owner = await findOwner(paths);
  if (owner === undefined) return;
  const note = `${paths.owner}.new`;
  await writeFile(note, JSON.stringify({ ...owner, ...NOBODY }), { mode: 0o600 });
  await rename(note, paths.owner);
}

import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { MountServer } from './mount-server.ts';
import { toMountRequest, type MountStep } from './mount-steps.ts';
import { readMounts, targetsBelow } from './mount-table.ts';
import { runCommand } from './run-command.ts';

const ATTEMPTS = 40;
const PAUSE_MS = 50;

/** Mounts are the process's, so one server does for everybody in it; it holds nothing but its pipe. */
const server = new MountServer();

/** Mounts it. Busy loop devices and files still open for writing are waited for, at most 2 s. */
export async function applyMount(step: MountStep, clock: Clock): Promise<void> {
  const request = toMountRequest(step);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.request(request, clock);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !isBusy(error)) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}

/**
 * Unmounts everything below `dir`, newest first, and proves it from the mount table. Never lazily: a mount that is
 * busy means that somebody still writes. Throws `internal_error` after 2 s.
 */
export async function unmountBelow(dir: string, clock: Clock): Promise<void> {
  await unmountUntilNone(() => readMounts().then((mounts) => targetsBelow(mounts, dir)), clock);
}

/** Unmounts what is mounted at `target` itself. */
export async function unmountAt(target: string, clock: Clock): Promise<void> {
  await unmountUntilNone(
    async () => (await readMounts()).filter((mount) => mount.target === target).map(() => target),
    clock,
  );
}

/** Takes away what is mounted at `target` though files in it may be open: it ends with the last of them. */
export async function detachAt(target: string): Promise<void> {
  await runCommand({ file: 'umount', argv: ['--lazy', '--', target] });
}

async function unmountUntilNone(find: () => Promise<readonly string[]>, clock: Clock): Promise<void> {
  let failure: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const targets = await find();
    if (targets.length === 0) return;
    if (attempt > 1) await clock.sleep(PAUSE_MS);
    // One call for all: umount goes on after a target that is busy.
    failure = await runCommand({ file: 'umount', argv: ['--', ...targets] }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  const left = await find();
  if (left.length === 0) return;
  throw new DrydockError('internal_error', {
    message: `Still mounted: ${left.join(', ').slice(0, 500)}`,
    cause: failure,
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /busy/i.test(error.message);
}

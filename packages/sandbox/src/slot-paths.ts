import type { SandboxId } from '@drydock/contracts';
import { join } from 'node:path';

/** Where things of one sandbox are on the host. `job` is the part that the container sees, at `/job`. */
export interface SlotPaths {
  readonly dir: string;
  readonly owner: string;
  readonly container: string;
  /** What the monitor notes before it ends a container that departed from its policy. */
  readonly drift: string;
  /** An empty file, bound over `/etc/ld.so.preload`: an image must not put a library into our processes. */
  readonly empty: string;
  readonly job: string;
  readonly work: string;
  readonly home: string;
  readonly git: string;
  /** Where the egress gateway puts the job's socket. */
  readonly egress: string;
  readonly upper: string;
  readonly base: string;
  readonly capture: string;
  /** Where a container finds the sealed layer, if it unpacks it itself. */
  readonly jobLayer: string;
  /** The layer's file system. */
  readonly layer: string;
  /** Its tree, as files of the slot's own uid. */
  readonly lower: string;
  readonly scratch: string;
  readonly scratchUpper: string;
  readonly scratchWork: string;
  readonly scratchHome: string;
}

/** The mount that all slots share. Nothing else is kept in it: whatever held it busy would keep it mounted. */
export function sharedDir(stateDir: string): string {
  return join(stateDir, 'shared');
}

export function slotsDir(stateDir: string): string {
  return join(sharedDir(stateDir), 'slots');
}

export function slotPaths(stateDir: string, sandboxId: SandboxId): SlotPaths {
  const dir = join(slotsDir(stateDir), sandboxId);
  const job = join(dir, 'job');
  const scratch = join(dir, 'scratch');
  return {
    dir,
    owner: join(dir, 'owner.json'),
    container: join(dir, 'container.json'),
    drift: join(dir, 'drift.json'),
    empty: join(dir, 'empty'),
    job,
    work: join(job, 'work'),
    home: join(job, 'home'),
    git: join(job, 'git'),
    egress: join(job, 'egress'),
    upper: join(job, 'upper'),
    base: join(job, 'base'),
    capture: join(job, 'capture'),
    jobLayer: join(job, 'layer'),
    layer: join(dir, 'layer'),
    lower: join(dir, 'lower'),
    scratch,
    scratchUpper: join(scratch, 'u'),
    scratchWork: join(scratch, 'w'),
    scratchHome: join(scratch, 'home'),
  };
}

import { readFile } from 'node:fs/promises';

/**
 * How a tree comes into a running container. `overlay`: this host mounts it there, in constant time. `copy`: it is
 * unpacked inside, into file systems in memory that the container was made with; this host mounts nothing.
 */
export type WorkspaceBackend = 'overlay' | 'copy';

export interface BackendFacts {
  readonly wanted: WorkspaceBackend | 'auto';
  /** Whether this process may mount. */
  readonly mayMount: boolean;
  /** Whether such a mount appears in a container that the engine runs. */
  readonly takesMounts: boolean;
}

export interface BackendChoice {
  readonly backend: WorkspaceBackend;
  /** Why, in words. */
  readonly reason: string;
}

/** An operator's word stands, even where it cannot work: starting sandboxes says why then. */
export function chooseWorkspaceBackend(facts: BackendFacts): BackendChoice {
  if (facts.wanted !== 'auto') return { backend: facts.wanted, reason: 'the operator says so' };
  if (!facts.takesMounts) return { backend: 'copy', reason: 'the engine shows no mounts of this process' };
  if (!facts.mayMount) return { backend: 'copy', reason: 'this process may not mount' };
  return { backend: 'overlay', reason: 'this process may mount' };
}

const CAP_SYS_ADMIN = 1n << 21n;

/** Whether the kernel would let this process mount: its effective capabilities, which a container may have cut. */
export async function findMayMount(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'latin1');
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & CAP_SYS_ADMIN) !== 0n;
}

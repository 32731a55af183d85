/** Whose kernel a sandbox runs on: the host's, that of Debian 12's gVisor, or of the release that the tests were given. */
export const BOUNDARIES = ['runc', 'gvisor_2022', 'gvisor'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

export const CASE_CLASSES = [
  'requests',
  'kernel interfaces',
  'namespaces and mounts',
  'privileges',
  'sockets',
  'system calls',
  'devices',
  'network',
  'file system',
  'resources',
  'persistence',
  'tampering',
] as const;
export type CaseClass = (typeof CASE_CLASSES)[number];

/** A container as the engine describes it, and as it takes it for a new one. */
export interface ContainerShape {
  readonly [field: string]: unknown;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/** What the machine holds out for probes to reach, all of it ours. */
export interface Canaries {
  /** Host directory, writable by all, with a listening unix socket `canary.sock`. */
  readonly dir: string;
  /** Of a listener on 127.0.0.1. */
  readonly port: number;
  /** Of a listener in the host's abstract namespace, without the leading NUL. */
  readonly abstractName: string;
}

/**
 * One way out that must be shut. The probe is Python and tries things through `attempt` (see prelude.py): contained is
 * who fails at all of them. `weaken` opens the door in a second container, where the same probe must succeed: a probe
 * that cannot succeed proves nothing.
 */
export interface SecurityCase {
  readonly class: CaseClass;
  /** What holds. */
  readonly claim: string;
  readonly probe: string;
  /** Runs before the probe, as a command of its own. */
  readonly before?: string;
  readonly weaken: (shape: ContainerShape, canaries: Canaries) => ContainerShape;
  /** Default: all. */
  readonly boundaries?: readonly Boundary[];
}

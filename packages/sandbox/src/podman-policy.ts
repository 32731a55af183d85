import type { EngineProfile } from './engine-profile.ts';
import type { ContainerPolicy } from './find-violations.ts';

/** Of processes and threads of one user of a container: what `PidsLimit` says of all, kept by the kernel everywhere. */
const PROCESSES_PER_USER = 1_024;
const PAGE_BYTES = 4_096;

/**
 * A policy as Podman can keep it. The caps that it lacks are left out (nobody is to read them as kept), image volumes need
 * no cover since none is made, and mounts are in the order in which they are reported.
 */
export function toPodmanPolicy(policy: ContainerPolicy, { uncapped }: EngineProfile): ContainerPolicy {
  const { HostConfig: host } = policy;
  const memory = uncapped.includes('memory') ? { Memory: 0, MemorySwap: 0 } : {};
  const processes = uncapped.includes('processes') ? { PidsLimit: 0 } : {};
  const cpu = uncapped.includes('cpu') ? { NanoCpus: 0 } : {};
  return {
    ...policy,
    Env: policy.Env.filter((entry) => entry.includes('=')),
    HostConfig: {
      ...host,
      ...memory,
      ...processes,
      ...cpu,
      // Its controller is rarely delegated, and no limit of ours rests on it.
      CpusetCpus: '',
      SecurityOpt: ['no-new-privileges'],
      Ulimits: [...host.Ulimits, { Name: 'nproc', Soft: PROCESSES_PER_USER, Hard: PROCESSES_PER_USER }],
      Mounts: host.Mounts.filter(({ Type }) => Type === 'bind').toSorted(byTarget),
      Tmpfs: roundSizes(host.Tmpfs),
    },
  };
}

function roundSizes<T extends Readonly<Record<string, string>>>(tmpfs: T): T {
  const rounded = Object.entries(tmpfs).map(([target, options]) => [
    target,
    options.replace(
      /\bsize=(\d+)/,
      (_, bytes) => `size=${Math.ceil(Number(bytes) / PAGE_BYTES) * PAGE_BYTES}`,
    ),
  ]);
  return Object.fromEntries(rounded) as T;
}

export function byTarget(one: { readonly Target: string }, other: { readonly Target: string }): number {
  return one.Target < other.Target ? -1 : 1;
}

/** Options of a file system in memory as those of a volume: Podman takes `size` for its own, and knows no inodes. */
export function toVolumeOptions(options: string): string {
  return options
    .split(',')
    .filter((option) => option !== 'rw' && option !== 'exec')
    .map((option) => option.replace(/^size=(\d+)$/, (_, bytes) => `nr_blocks=${Number(bytes) / PAGE_BYTES}`))
    .join(',');
}

/** The same backwards. */
export function fromVolumeOptions(options: string): string {
  const parts = options
    .split(',')
    .map((option) =>
      option.replace(/^nr_blocks=(\d+)$/, (_, blocks) => `size=${Number(blocks) * PAGE_BYTES}`),
    );
  return ['rw', 'exec', ...parts].join(',');
}

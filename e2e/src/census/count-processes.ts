import type { ServiceName, Stack } from '@drydock/local-stack';
import { list, read } from '../host-probes.ts';
import type { Counted, Kind } from './kinds.ts';
import { counted, measured } from './kinds.ts';

const MEASURED = ['api', 'worker', 'monitor', 'redis'] as const satisfies readonly ServiceName[];

/**
 * Processes that belong to an installation: what it started inherits its environment, what runs in its containers has
 * its cgroup, and the shims above them name a container. The process that counts is none of them.
 */
export async function listProcesses(words: readonly string[]): Promise<string[]> {
  const pids = (await list('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(pids.map((pid) => describeProcess(pid, words)));
  return found.filter((line) => line !== undefined);
}

async function describeProcess(pid: string, words: readonly string[]): Promise<string | undefined> {
  const files = ['cmdline', 'environ', 'cgroup'].map((name) => read(`/proc/${pid}/${name}`));
  const texts = await Promise.all(files);
  if (!texts.some((text) => words.some((word) => text.includes(word)))) return undefined;
  return `${pid} ${texts[0]?.replaceAll('\0', ' ').trim()}`;
}

/** What the services hold open and in memory. */
export async function measureServices(stack: Stack): Promise<Partial<Record<Kind, Counted>>> {
  const measures = MEASURED.map(async (name) => {
    const pid = stack.service(name)?.pid ?? 0;
    const descriptors = (await list(`/proc/${pid}/fd`)).length;
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(await read(`/proc/${pid}/status`))?.[1] ?? 0);
    return [
      [`${name} descriptors`, measured(descriptors)],
      [`${name} MiB`, measured(Math.round(kilobytes / 1_024))],
    ] as const;
  });
  return Object.fromEntries((await Promise.all(measures)).flat());
}

/** Processes of an installation, and the shims of containers that it had. */
export async function countProcesses(
  words: readonly string[],
  containerIds: readonly string[],
): Promise<Counted> {
  return counted(await listProcesses([...words, ...containerIds]));
}

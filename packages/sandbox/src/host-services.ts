import { readFile } from 'node:fs/promises';
import { Cgroups } from './cgroups.ts';
import { CpuSets, parseCpuList } from './cpu-sets.ts';
import { DockerEngine, type ImageFacts } from './docker-engine.ts';
import type { EngineFacts } from './engine-facts.ts';
import { probeIdmap } from './probe-idmap.ts';
import type { HostConfig, SandboxConfig } from './sandbox-config.ts';
import type { WorkspaceBackend } from './workspace-backend.ts';
import { SlotHost } from './slot-host.ts';

/** One Docker host, for whoever ends sandboxes. */
export interface HostServices {
  readonly config: HostConfig;
  readonly engine: DockerEngine;
  readonly engineFacts: EngineFacts;
  readonly cgroups: Cgroups;
  readonly slots: SlotHost;
}

/** The same for whoever starts them. */
export interface SandboxServices extends HostServices {
  readonly config: SandboxConfig;
  readonly cpuSets: CpuSets;
  readonly image: ImageFacts;
  readonly backend: WorkspaceBackend;
  /** Whether mounted files can be shown as any uid's. */
  readonly idmapped: boolean;
}

/** Throws `engine_unavailable` where the engine does not answer: without it nobody knows where its cgroups are. */
export async function createHostServices(config: HostConfig): Promise<HostServices> {
  const { dockerSocket, instanceId, stateDir, clock } = config;
  const engine = new DockerEngine(dockerSocket, clock);
  const engineFacts = await engine.describe();
  const cgroups = new Cgroups(engineFacts, instanceId, clock);
  return { config, engine, engineFacts, cgroups, slots: new SlotHost(stateDir, clock) };
}

export async function createSandboxServices(
  host: HostServices,
  config: SandboxConfig,
  backend: WorkspaceBackend,
): Promise<SandboxServices> {
  const image = await host.engine.describeImage(config.imageId);
  const cpuSets = new CpuSets(await listCores());
  const idmapped = backend === 'overlay' && (await probeIdmap({ ...host, config }));
  return { ...host, config, cpuSets, image, backend, idmapped };
}

/** Takes back what the host keeps for all sandboxes; false, and nothing done, while a slot is there. */
export async function releaseHost({ slots, cgroups }: HostServices): Promise<boolean> {
  if (!(await slots.release())) return false;
  await cgroups.release();
  return true;
}

/** Cores that this process may use: inside a limited host their numbers need not start at 0. */
async function listCores(): Promise<readonly number[]> {
  const status = await readFile('/proc/self/status', 'latin1');
  return parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0');
}

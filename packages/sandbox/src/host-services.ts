import { readFile } from 'node:fs/promises';
import { Cgroups } from './cgroups.ts';
import { CpuSets, parseCpuList } from './cpu-sets.ts';
import type { ContainerProcesses } from './container-processes.ts';
import { DockerEngine, type ImageFacts } from './docker-engine.ts';
import type { EngineFacts } from './engine-facts.ts';
import { isPodman } from './engine-product.ts';
import {
  buildPodmanProfile,
  DOCKER_PROFILE,
  findPodmanProblem,
  type EngineProfile,
} from './engine-profile.ts';
import { describePodman, PodmanEngine } from './podman-engine.ts';
import { PodmanProcesses } from './podman-processes.ts';
import { probeIdmap } from './probe-idmap.ts';
import type { HostConfig, SandboxConfig } from './sandbox-config.ts';
import type { WorkspaceBackend } from './workspace-backend.ts';
import { SeccompFile } from './seccomp-file.ts';
import { SlotHost } from './slot-host.ts';
import { unfitEngine } from './unfit-engine.ts';

/** One Docker host, for whoever ends sandboxes. */
export interface HostServices {
  readonly config: HostConfig;
  readonly engine: DockerEngine;
  readonly engineFacts: EngineFacts;
  readonly profile: EngineProfile;
  readonly processes: ContainerProcesses;
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

/**
 * Throws `engine_unavailable` where the engine does not answer: without it nobody knows where its processes are.
 * `internal_error` where no sandbox could run on it.
 */
export async function createHostServices(config: HostConfig): Promise<HostServices> {
  const { dockerSocket, clock } = config;
  const docker = new DockerEngine(dockerSocket, clock);
  return isPodman(await docker.describeVersion())
    ? createOnPodman(config, docker)
    : createOnDocker(config, docker);
}

async function createOnDocker(config: HostConfig, engine: DockerEngine): Promise<HostServices> {
  const { instanceId, stateDir, clock } = config;
  const engineFacts = await engine.describe();
  const processes = new Cgroups(engineFacts, instanceId, clock);
  const slots = new SlotHost({ stateDir, clock, isPassable: false });
  return { config, engine, engineFacts, profile: DOCKER_PROFILE, processes, slots };
}

async function createOnPodman(config: HostConfig, docker: DockerEngine): Promise<HostServices> {
  const { dockerSocket: socketPath, stateDir, clock } = config;
  const info = await describePodman(socketPath, clock);
  const problem = findPodmanProblem(info);
  if (problem !== undefined) throw unfitEngine(problem);
  const profile = buildPodmanProfile(info);
  const engineFacts = await docker.describe();
  const seccomp = new SeccompFile(stateDir);
  const engine = new PodmanEngine({ socketPath, clock, profile, seccomp });
  const isPassable = profile.engineUid !== process.geteuid?.();
  const slots = new SlotHost({ stateDir, clock, isPassable, ownFiles: [seccomp.path] });
  const own = { ...config, uidClaimsDir: `${config.uidClaimsDir}-${profile.engineUid}` };
  return { config: own, engine, engineFacts, profile, processes: new PodmanProcesses(profile, clock), slots };
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
export async function releaseHost({ slots, processes }: HostServices): Promise<boolean> {
  if (!(await slots.release())) return false;
  await processes.release();
  return true;
}

/** Cores that this process may use: inside a limited host their numbers need not start at 0. */
async function listCores(): Promise<readonly number[]> {
  const status = await readFile('/proc/self/status', 'latin1');
  return parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0');
}

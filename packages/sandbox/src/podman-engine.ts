import type { Clock } from '@drydock/core';
import { DockerEngine, type ContainerInspection, type ContainerOptions } from './docker-engine.ts';
import { hasStatus } from './engine-status.ts';
import type { EngineProfile, PodmanInfo } from './engine-profile.ts';
import type { ContainerPolicy } from './find-violations.ts';
import { GuestProcess, type GuestOutput } from './guest-process.ts';
import { LibpodApi } from './libpod-api.ts';
import { toInspection, type PodmanInspection, type PodmanVolume } from './podman-inspection.ts';
import { PodmanProcesses } from './podman-processes.ts';
import { buildPodmanSpec, CONTAINER_LABEL, planVolumes } from './podman-spec.ts';
import type { SeccompFile } from './seccomp-file.ts';

const CALL_TIMEOUT_MS = 5_000;
const CREATE_TIMEOUT_MS = 30_000;

export interface PodmanParts {
  readonly socketPath: string;
  readonly clock: Clock;
  readonly profile: EngineProfile;
  readonly seccomp: SeccompFile;
}

/** What a Podman says of itself. Throws as every call to an engine does. */
export function describePodman(socketPath: string, clock: Clock): Promise<PodmanInfo> {
  const call = { method: 'GET' as const, path: '/info', timeoutMs: CALL_TIMEOUT_MS };
  return new LibpodApi(socketPath, clock).call<PodmanInfo>(call);
}

/**
 * Rootless Podman. Containers are made and looked at through its own API: the compatible one drops limits of processes,
 * asks the engine's own environment for names without a value, and cannot cap the files of a file system in memory.
 */
export class PodmanEngine extends DockerEngine {
  readonly #api: LibpodApi;
  readonly #processes: PodmanProcesses;
  readonly #seccomp: SeccompFile;
  /** What stood still when a container was paused is not set going with it. */
  readonly #stopped = new Map<string, readonly number[]>();

  constructor({ socketPath, clock, profile, seccomp }: PodmanParts) {
    super(socketPath, clock);
    this.#api = new LibpodApi(socketPath, clock);
    this.#processes = new PodmanProcesses(profile, clock);
    this.#seccomp = seccomp;
  }

  override async create(name: string, options: ContainerOptions): Promise<string> {
    const policy = options as ContainerPolicy;
    const seccompFile = await this.#seccomp.write();
    for (const { volume } of planVolumes(name, policy)) await this.#post('/volumes/create', volume);
    const spec = buildPodmanSpec(name, policy, seccompFile);
    return (await this.#post<{ Id: string }>('/containers/create', spec)).Id;
  }

  override async findContainer(
    id: string,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<ContainerInspection | undefined> {
    const path = `/containers/${encodeURIComponent(id)}/json`;
    try {
      const found = await this.#api.call<PodmanInspection>({ method: 'GET', path, timeoutMs });
      return toInspection(found, await this.#listVolumes('drydock.instance'));
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Here the body of a request to attach is the first of what the process reads: there must be none. */
  override async attach(id: string, output: GuestOutput): Promise<GuestProcess> {
    const path = `/containers/${encodeURIComponent(id)}/attach?stream=true&stdin=true&stdout=true&stderr=true`;
    return new GuestProcess(await this.#api.open(path, CALL_TIMEOUT_MS), output);
  }

  /** Its processes stand: without a cgroup of its own there is no freezer. */
  override async pause(id: string): Promise<void> {
    this.#stopped.set(id, await this.#processes.stop(id));
  }

  override async unpause(id: string): Promise<void> {
    this.#processes.continue(this.#stopped.get(id) ?? []);
    this.#stopped.delete(id);
  }

  override async remove(id: string): Promise<void> {
    this.#stopped.delete(id);
    await super.remove(id);
    for (const { Name } of await this.#listVolumes(`${CONTAINER_LABEL}=${id}`))
      await this.#removeVolume(Name);
  }

  #listVolumes(label: string): Promise<readonly PodmanVolume[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const path = `/volumes/json?filters=${filters}`;
    return this.#api.call({ method: 'GET', path, timeoutMs: CALL_TIMEOUT_MS });
  }

  async #removeVolume(name: string): Promise<void> {
    try {
      const path = `/volumes/${encodeURIComponent(name)}?force=true`;
      await this.#api.call({ method: 'DELETE', path, timeoutMs: CALL_TIMEOUT_MS });
    } catch (error) {
      // Somebody else was faster.
      if (!hasStatus(error, 404)) throw error;
    }
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    return this.#api.call({ method: 'POST', path, body, timeoutMs: CREATE_TIMEOUT_MS });
  }
}

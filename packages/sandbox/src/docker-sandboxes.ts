import type { SandboxId } from '@drydock/contracts';
import type { Sandbox, Sandboxes, SandboxSpec } from '@drydock/core';
import { DrydockError, toDrydockError } from '@drydock/core';
import { DockerSandbox } from './docker-sandbox.ts';
import type { HostServices, SandboxServices } from './host-services.ts';
import type { ContainerPlan } from './container-options.ts';
import { newSandboxId } from './new-sandbox-id.ts';
import { reapSandbox } from './reap-sandbox.ts';
import { Slot } from './slot.ts';

const BOOT_TIMEOUT_MS = 30_000;

/** Sandboxes on this machine's Docker Engine. */
export class DockerSandboxes implements Sandboxes {
  readonly #host: HostServices;
  readonly #services: () => Promise<SandboxServices>;

  /** `services` are made when they are first needed. */
  constructor(host: HostServices, services: () => Promise<SandboxServices>) {
    this.#host = host;
    this.#services = services;
  }

  async start(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    try {
      const services = await this.#services();
      signal.throwIfAborted();
      await services.cgroups.prepare(services.config.totalMemoryBytes);
      return await this.#boot(services, spec, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw toStartError(error);
    }
  }

  async destroy(sandboxId: SandboxId, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await reapSandbox(this.#host, sandboxId);
  }

  async #boot(services: SandboxServices, spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    const { diskBytes } = spec;
    const { idmapped, slots, config } = services;
    const slot = await Slot.create({ sandboxId: newSandboxId(), diskBytes, idmapped }, slots, config);
    const sandbox = new DockerSandbox(services, slot, planContainer(services, slot, spec));
    try {
      // Not raced against: a call to the engine that is under way is waited for, or what it makes would be left.
      await sandbox.boot(AbortSignal.any([signal, AbortSignal.timeout(BOOT_TIMEOUT_MS)]));
      return sandbox;
    } catch (error) {
      await sandbox[Symbol.asyncDispose]();
      throw error;
    }
  }
}

function planContainer(services: SandboxServices, slot: Slot, spec: SandboxSpec): ContainerPlan {
  const { config, image, cgroups, cpuSets } = services;
  return {
    sandboxId: slot.sandboxId,
    instanceId: config.instanceId,
    expiresAt: spec.expiresAt,
    imageId: config.imageId,
    image,
    runtimeDir: config.runtimeDir,
    loader: config.loader,
    program: 'agent',
    uid: slot.agentUid,
    memoryBytes: spec.memoryBytes,
    diskBytes: spec.diskBytes,
    ...cpuSets.take(spec.cpus),
    ...(cgroups.parent === undefined ? {} : { cgroupParent: cgroups.parent }),
    emptyFile: slot.paths.empty,
    data: { kind: 'job', source: slot.paths.job },
  };
}

/** The engine not answering keeps its own code: it is an operator's alarm, not a broken sandbox. */
function toStartError(error: unknown): DrydockError {
  const cause = toDrydockError(error);
  if (cause.code === 'engine_unavailable' || cause.code === 'sandbox_start_failed') return cause;
  return new DrydockError('sandbox_start_failed', {
    message: `The sandbox could not be started: ${cause.message}`,
    cause,
  });
}

import type { ErrorCode, SandboxId } from '@drydock/contracts';
import type { Sandbox, Sandboxes, SandboxSpec } from '@drydock/core';
import { DrydockError, toDrydockError } from '@drydock/core';
import { CopySlot } from './copy-slot.ts';
import { DockerSandbox } from './docker-sandbox.ts';
import type { HostServices, SandboxServices } from './host-services.ts';
import type { ContainerPlan } from './container-options.ts';
import { newSandboxId } from './new-sandbox-id.ts';
import { reapSandbox } from './reap-sandbox.ts';
import type { SandboxSlot } from './sandbox-slot.ts';
import { Slot } from './slot.ts';

const BOOT_TIMEOUT_MS = 30_000;
/** Errors that say already why nothing was started. */
const TYPED_START_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'engine_unavailable',
  'sandbox_start_failed',
  'tier_unavailable',
]);

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
      await assertRuntime(services, spec);
      await services.processes.prepare(services.config.totalMemoryBytes);
      return await this.#boot(services, spec, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw toStartError(error);
    }
  }

  /** Without a pool nothing waits. */
  async takeSpare(): Promise<undefined> {
    return undefined;
  }

  async destroy(sandboxId: SandboxId, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await reapSandbox(this.#host, sandboxId);
  }

  async #boot(services: SandboxServices, spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    const slot = await createSlot(services, spec);
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

/** A runtime that a spec names gives way to no other: without it there is no sandbox. */
async function assertRuntime({ engine, profile }: SandboxServices, { runtime }: SandboxSpec): Promise<void> {
  if (runtime === undefined) return;
  if (profile.product === 'podman') {
    throw new DrydockError('tier_unavailable', {
      message: `The engine is Podman, on which no runtime but its own was tried: ${runtime} is not started.`,
      details: { runtime },
    });
  }
  if ((await engine.describe()).runtimes.includes(runtime)) return;
  throw new DrydockError('tier_unavailable', {
    message: `Docker Engine has no runtime called ${runtime}.`,
    details: { runtime },
  });
}

/** A runtime that somebody names is taken for one with a kernel of its own: what works there works everywhere. */
function kernelOf({ runtime }: SandboxSpec): ContainerPlan['kernel'] {
  return runtime === undefined ? 'host' : 'own';
}

function createSlot(services: SandboxServices, spec: SandboxSpec): Promise<SandboxSlot> {
  const { idmapped, slots, config, backend, profile } = services;
  const { uidRange } = profile;
  const sandboxId = newSandboxId();
  if (backend === 'copy') return CopySlot.create(sandboxId, slots, { config, uidRange });
  const { diskBytes } = spec;
  const request = { sandboxId, diskBytes, idmapped, uidRange, kernel: kernelOf(spec) };
  return Slot.create(request, slots, config);
}

function planContainer(services: SandboxServices, slot: SandboxSlot, spec: SandboxSpec): ContainerPlan {
  const kernel = kernelOf(spec);
  const { config, engineFacts, image, processes, cpuSets } = services;
  return {
    sandboxId: slot.sandboxId,
    instanceId: config.instanceId,
    expiresAt: spec.expiresAt,
    imageId: config.imageId,
    image,
    runtime: spec.runtime ?? engineFacts.defaultRuntime,
    kernel,
    runtimeDir: config.runtimeDir,
    loader: kernel === 'host' ? config.loader : config.readableLoader,
    program: 'agent',
    uid: slot.agentUid,
    memoryBytes: spec.memoryBytes,
    diskBytes: spec.diskBytes,
    ...cpuSets.take(spec.cpus),
    ...(processes.parent === undefined ? {} : { cgroupParent: processes.parent }),
    emptyFile: slot.paths.empty,
    data: slot.data,
  };
}

/** The engine not answering, or lacking a runtime, keeps its own code: an operator's alarm, not a broken sandbox. */
function toStartError(error: unknown): DrydockError {
  const cause = toDrydockError(error);
  if (TYPED_START_ERRORS.has(cause.code)) return cause;
  return new DrydockError('sandbox_start_failed', {
    message: `The sandbox could not be started: ${cause.message}`,
    cause,
  });
}

import { availableParallelism } from 'node:os';
import { DrydockError, type LayerStore, type Sandboxes } from '@drydock/core';
import { join } from 'node:path';
import { heldBytes, type ContainerData } from './container-options.ts';
import { DockerLayerStore } from './docker-layer-store.ts';
import { DockerSandboxes } from './docker-sandboxes.ts';
import { openEgress, type EgressLine, type EgressOptions } from './egress-client.ts';
import {
  createHostServices,
  createSandboxServices,
  releaseHost,
  type HostServices,
  type SandboxServices,
} from './host-services.ts';
import type { EngineCap } from './engine-profile.ts';
import { assertCaps, assertInReach, describeUncapped, NO_OVERLAY } from './engine-fitness.ts';
import { Reaper } from './reaper.ts';
import { resolveSandboxConfig, type SandboxConfig, type SandboxHostConfig } from './sandbox-config.ts';
import {
  chooseWorkspaceBackend,
  findMayMount,
  type BackendChoice,
  type WorkspaceBackend,
} from './workspace-backend.ts';
import { unfitEngine } from './unfit-engine.ts';
import { WarmPool, type WarmPoolOptions } from './warm-pool.ts';
import { watchEngine, type EngineObserver } from './watch-engine.ts';

export interface HostDescription {
  readonly engineVersion: string;
  readonly cgroupDriver: string;
  readonly cgroupVersion: string;
  /** Whether a cap holds for all sandboxes together. */
  readonly memoryCapped: boolean;
  /** Whether every sandbox's code has a uid of its own; else all share the layers' uid and its kernel limits. */
  readonly ownUids: boolean;
  /** Which limits of one sandbox the engine cannot keep; empty unless the operator allowed that. */
  readonly uncapped: readonly EngineCap[];
  /** How workspaces get into containers. */
  readonly workspaceBackend: WorkspaceBackend;
  /** What is weaker here than elsewhere, in words. */
  readonly remarks: readonly string[];
}

export interface PoolRequest extends Pick<WarmPoolOptions, 'spec' | 'maxAgeMs' | 'maxUseMs' | 'observer'> {
  /** How many sandboxes wait. */
  readonly size: number;
  /** How many may run, leased and waiting ones together; while it is reached, none is booted ahead. */
  readonly maxRunning: number;
}

const COPY_REMARK =
  'Workspaces are copied into containers: slower, in memory, and lost with a container that dies. Read-only is kept by ownership: a user who owns nothing of the workspace runs the commands.';

/** This machine as a place for sandboxes: everything of it that the rest of Drydock may use. */
export class SandboxHost {
  readonly sandboxes: Sandboxes;
  readonly layers: LayerStore & Pick<DockerLayerStore, 'collectGarbage'>;
  readonly reaper: Reaper;
  readonly #host: HostServices;
  readonly #config: SandboxConfig;
  readonly #choice: BackendChoice;
  #services: Promise<SandboxServices> | undefined;

  private constructor(host: HostServices, config: SandboxConfig, choice: BackendChoice) {
    this.#host = host;
    this.#config = config;
    this.#choice = choice;
    const { backend } = choice;
    const services = () => this.#ensureServices();
    this.sandboxes = new DockerSandboxes(host, services);
    this.layers = new DockerLayerStore(
      { ...config, budgetBytes: config.layerBudgetBytes, backend },
      services,
    );
    this.reaper = new Reaper(host);
  }

  /** Throws `engine_unavailable` where the engine does not answer, `internal_error` where engine or runtime are unusable. */
  static async open(config: SandboxHostConfig): Promise<SandboxHost> {
    const resolved = await resolveSandboxConfig(config);
    const host = await createHostServices(resolved);
    const { profile } = host;
    assertCaps(profile, resolved);
    const facts = { wanted: resolved.workspaceBackend, mayMount: await findMayMount(), ...profile };
    const choice = chooseWorkspaceBackend(facts);
    if (choice.backend === 'overlay' && !profile.takesMounts) throw unfitEngine(NO_OVERLAY);
    const own = withLayersOf({ ...resolved, ...host.config }, choice);
    await assertInReach(profile, own);
    return new SandboxHost(host, own, choice);
  }

  /** Watches whether the engine answers, until `signal` aborts. */
  watchEngine(observer: EngineObserver, signal: AbortSignal): Promise<void> {
    return watchEngine({ engine: this.#host.engine, clock: this.#config.clock, observer }, signal);
  }

  /** Opens a pool of booted sandboxes within this host's memory. Whoever opens it disposes of it. */
  openPool({ size, maxRunning, ...options }: PoolRequest): WarmPool {
    const { clock, totalMemoryBytes: memoryBytes } = this.#config;
    const held = (spec: PoolRequest['spec']) => heldBytes({ ...spec, data: this.#dataKind });
    const limits = { size, maxRunning, memoryBytes, sandboxBytes: held(options.spec) };
    return WarmPool.open({
      ...options,
      cold: this.sandboxes,
      limits,
      heldBytes: held,
      cores: availableParallelism(),
      clock,
    });
  }

  /** Whether the engine has that OCI runtime now; operators register one while it runs. */
  async hasRuntime(name: string): Promise<boolean> {
    return (await this.#host.engine.describe()).runtimes.includes(name);
  }

  /**
   * Opens a way out of one of its sandboxes. Throws `egress_unavailable` where no gateway opens it within 10 s, or where
   * the sandbox's runtime would keep it from the gateway's socket.
   */
  async openEgress(options: EgressOptions, signal: AbortSignal): Promise<EgressLine> {
    await this.#assertReachable(options.runtime);
    return openEgress(this.#config, options, signal);
  }

  async #assertReachable(runtime: string | undefined): Promise<void> {
    if (runtime === undefined) return;
    const { closedRuntimes } = await this.#host.engine.describe();
    if (!closedRuntimes.includes(runtime)) return;
    throw new DrydockError('egress_unavailable', {
      message: `The runtime ${runtime} lets no sandbox out: the operator registers it with --host-uds=open (docs/deploy.md).`,
      details: { runtime },
    });
  }

  /** What this machine can and cannot do for a sandbox. */
  async describe(): Promise<HostDescription> {
    const { engineFacts, idmapped, processes, profile } = await this.#ensureServices();
    const { uncapped } = profile;
    const { backend: workspaceBackend } = this.#choice;
    const isCopy = workspaceBackend === 'copy';
    const ownUids = idmapped || isCopy;
    const memoryCapped = processes.parent !== undefined;
    const remarks = [
      ...(memoryCapped ? [] : ['No cap on the sum: the engine has no cgroup that this process could limit.']),
      ...(uncapped.length === 0 ? [] : [describeUncapped(uncapped)]),
      ...(ownUids ? [] : ['No idmapped mounts: all sandboxes share one uid for the code under test.']),
      ...(isCopy ? [`${COPY_REMARK} Chosen because ${this.#choice.reason}.`] : []),
    ];
    const { serverVersion: engineVersion, cgroupDriver, cgroupVersion } = engineFacts;
    const facts = { engineVersion, cgroupDriver, cgroupVersion, memoryCapped };
    return { ...facts, uncapped, ownUids, workspaceBackend, remarks };
  }

  /** Removes what the host itself keeps for all sandboxes; false, and nothing done, while a slot is there. */
  release(): Promise<boolean> {
    return releaseHost(this.#host);
  }

  /** What one sandbox is not held to, for whoever reports of it. */
  get uncapped(): readonly EngineCap[] {
    return this.#host.profile.uncapped;
  }

  get #dataKind(): Pick<ContainerData, 'kind'> {
    return { kind: this.#choice.backend === 'copy' ? 'copied_job' : 'job' };
  }

  /** Made when first needed; a failure is not kept. */
  #ensureServices(): Promise<SandboxServices> {
    this.#services ??= createSandboxServices(this.#host, this.#config, this.#choice.backend).catch(
      (error: unknown) => {
        this.#services = undefined;
        throw error;
      },
    );
    return this.#services;
  }
}

/** Sealed layers of the two kinds are apart: the same key is another file. */
function withLayersOf(config: SandboxConfig, { backend }: BackendChoice): SandboxConfig {
  return backend === 'copy' ? { ...config, layersDir: join(config.layersDir, 'copy') } : config;
}

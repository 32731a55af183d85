import { availableParallelism } from 'node:os';
import type { LayerStore, Sandboxes } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { heldBytes } from './container-options.ts';
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
import { Reaper } from './reaper.ts';
import { resolveSandboxConfig, type SandboxConfig, type SandboxHostConfig } from './sandbox-config.ts';
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
  /** What is weaker here than elsewhere, in words. */
  readonly remarks: readonly string[];
}

export interface PoolRequest extends Pick<WarmPoolOptions, 'spec' | 'maxAgeMs' | 'maxUseMs' | 'observer'> {
  /** How many sandboxes wait. */
  readonly size: number;
  /** How many may run, leased and waiting ones together; while it is reached, none is booted ahead. */
  readonly maxRunning: number;
}

/** This machine as a place for sandboxes: everything of it that the rest of Drydock may use. */
export class SandboxHost {
  readonly sandboxes: Sandboxes;
  readonly layers: LayerStore & Pick<DockerLayerStore, 'collectGarbage'>;
  readonly reaper: Reaper;
  readonly #host: HostServices;
  readonly #config: SandboxConfig;
  #services: Promise<SandboxServices> | undefined;

  private constructor(host: HostServices, config: SandboxConfig) {
    this.#host = host;
    this.#config = config;
    const services = () => this.#ensureServices();
    this.sandboxes = new DockerSandboxes(host, services);
    this.layers = new DockerLayerStore({ ...config, budgetBytes: config.layerBudgetBytes }, services);
    this.reaper = new Reaper(host);
  }

  /** Throws `engine_unavailable` where the engine does not answer, `internal_error` where the runtime is unusable. */
  static async open(config: SandboxHostConfig): Promise<SandboxHost> {
    const resolved = await resolveSandboxConfig(config);
    return new SandboxHost(await createHostServices(resolved), resolved);
  }

  /** Watches whether the engine answers, until `signal` aborts. */
  watchEngine(observer: EngineObserver, signal: AbortSignal): Promise<void> {
    return watchEngine({ engine: this.#host.engine, clock: this.#config.clock, observer }, signal);
  }

  /** Opens a pool of booted sandboxes within this host's memory. Whoever opens it disposes of it. */
  openPool({ size, maxRunning, ...options }: PoolRequest): WarmPool {
    const { clock, totalMemoryBytes: memoryBytes } = this.#config;
    const limits = { size, maxRunning, memoryBytes, sandboxBytes: heldBytes(options.spec) };
    return WarmPool.open({
      ...options,
      cold: this.sandboxes,
      limits,
      heldBytes,
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
    const { engineFacts, idmapped, cgroups } = await this.#ensureServices();
    const memoryCapped = cgroups.parent !== undefined;
    const remarks = [
      ...(memoryCapped ? [] : ['No cap on the sum: the engine uses the systemd cgroup driver.']),
      ...(idmapped ? [] : ['No idmapped mounts: all sandboxes share one uid for the code under test.']),
    ];
    const { serverVersion: engineVersion, cgroupDriver, cgroupVersion } = engineFacts;
    return { engineVersion, cgroupDriver, cgroupVersion, memoryCapped, ownUids: idmapped, remarks };
  }

  /** Removes what the host itself keeps for all sandboxes; false, and nothing done, while a slot is there. */
  release(): Promise<boolean> {
    return releaseHost(this.#host);
  }

  /** Made when first needed; a failure is not kept. */
  #ensureServices(): Promise<SandboxServices> {
    this.#services ??= createSandboxServices(this.#host, this.#config).catch((error: unknown) => {
      this.#services = undefined;
      throw error;
    });
    return this.#services;
  }
}

import { LayerBuildOutput } from '@drydock/contracts';
import type { HeldLayer, Layer, LayerSource, LayerStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { readFile } from 'node:fs/promises';
import { hasCode } from './has-code.ts';
import type { SandboxServices } from './host-services.ts';
import type { LayerRecord } from './builder-output.ts';
import { buildLayer, BUILD_TIMEOUT_MS } from './layer-builder.ts';
import { LayerCache, type LayerCacheOptions } from './layer-cache.ts';
import { layerKey } from './layer-key.ts';
import { layerRecordPath } from './layer-paths.ts';
import { untilAborted } from './until-aborted.ts';

interface Build {
  readonly layer: Promise<Layer>;
  readonly abort: AbortController;
  waiters: number;
}

export interface LayerStoreOptions extends LayerCacheOptions {
  readonly onCacheError: (error: unknown) => void;
}

/** Sealed layers in a directory, by content. A layer that is asked for by many at once is built once. */
export class DockerLayerStore implements LayerStore {
  readonly #layersDir: string;
  readonly #cache: LayerCache;
  readonly #onCacheError: LayerStoreOptions['onCacheError'];
  readonly #services: () => Promise<SandboxServices>;
  readonly #builds = new Map<string, Build>();

  constructor(options: LayerStoreOptions, services: () => Promise<SandboxServices>) {
    this.#layersDir = options.layersDir;
    this.#cache = new LayerCache(options);
    this.#onCacheError = options.onCacheError;
    this.#services = services;
  }

  async ensure(source: LayerSource, signal: AbortSignal): Promise<HeldLayer> {
    signal.throwIfAborted();
    const key = layerKey(source);
    const release = this.#cache.hold(key);
    try {
      const layer = (await this.#find(key)) ?? (await this.#join(key, source, signal));
      await this.#cache.touch(key);
      return new HeldLayerOf(layer, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Removes layers that nobody holds or has mounted until the rest fits into the budget. */
  collectGarbage(): Promise<readonly string[]> {
    return this.#cache.collectGarbage();
  }

  async #find(key: string): Promise<Layer | undefined> {
    try {
      const text = await readFile(layerRecordPath(this.#layersDir, key), 'utf8');
      const record = LayerBuildOutput.parse(JSON.parse(text));
      return 'baseSha' in record ? toLayer(key, record) : undefined;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Waits with everybody else who wants it. The last one to go ends the build, and waits until it left nothing. */
  async #join(key: string, source: LayerSource, signal: AbortSignal): Promise<Layer> {
    const build = this.#builds.get(key) ?? this.#start(key, source);
    build.waiters += 1;
    try {
      return await untilAborted(build.layer, signal);
    } finally {
      build.waiters -= 1;
      if (build.waiters === 0) {
        // Whoever asks from now on starts anew.
        this.#forget(key, build);
        build.abort.abort();
        await build.layer.catch(() => undefined);
      }
    }
  }

  #start(key: string, source: LayerSource): Build {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(BUILD_TIMEOUT_MS)]);
    const layer = this.#build(key, source, signal);
    const build = { layer, abort, waiters: 0 };
    this.#builds.set(key, build);
    return build;
  }

  #forget(key: string, build: Build): void {
    if (this.#builds.get(key) === build) this.#builds.delete(key);
  }

  async #build(key: string, source: LayerSource, signal: AbortSignal): Promise<Layer> {
    try {
      const services = await this.#services();
      const layer = toLayer(key, await buildLayer(services, { key, source }, signal));
      // A cache that cannot be cleared is the operator's worry, and not this job's.
      await this.#cache.collectGarbage().catch(this.#onCacheError);
      return layer;
    } catch (cause) {
      if (cause instanceof DrydockError) throw cause;
      throw new DrydockError('sandbox_start_failed', { message: 'The layer could not be built.', cause });
    }
  }
}

function toLayer(key: string, { baseSha, submodules }: LayerRecord): Layer {
  return { key, baseSha, submodules };
}

class HeldLayerOf implements HeldLayer {
  readonly key: string;
  readonly baseSha: string;
  readonly submodules: readonly string[];
  #release: (() => void) | undefined;

  constructor({ key, baseSha, submodules = [] }: Layer, release: () => void) {
    this.key = key;
    this.baseSha = baseSha;
    this.submodules = submodules;
    this.#release = release;
  }

  [Symbol.dispose](): void {
    this.#release?.();
    this.#release = undefined;
  }
}

import { LayerBuildOutput, type FilesSource } from '@drydock/contracts';
import type { Layer, LayerStore } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { readFile } from 'node:fs/promises';
import { hasCode } from './has-code.ts';
import type { SandboxServices } from './host-services.ts';
import { buildLayer, BUILD_TIMEOUT_MS } from './layer-builder.ts';
import { layerKey } from './layer-key.ts';
import { layerRecordPath } from './layer-paths.ts';
import { untilAborted } from './until-aborted.ts';

interface Build {
  readonly layer: Promise<Layer>;
  readonly abort: AbortController;
  waiters: number;
}

/** Sealed layers in a directory, by content. A layer that is asked for by many at once is built once. */
export class DockerLayerStore implements LayerStore {
  readonly #layersDir: string;
  readonly #services: () => Promise<SandboxServices>;
  readonly #builds = new Map<string, Build>();

  constructor(layersDir: string, services: () => Promise<SandboxServices>) {
    this.#layersDir = layersDir;
    this.#services = services;
  }

  async ensure(source: FilesSource, signal: AbortSignal): Promise<Layer> {
    signal.throwIfAborted();
    const key = layerKey(source);
    return (await this.#find(key)) ?? this.#join(key, source, signal);
  }

  async #find(key: string): Promise<Layer | undefined> {
    try {
      const text = await readFile(layerRecordPath(this.#layersDir, key), 'utf8');
      const record = LayerBuildOutput.parse(JSON.parse(text));
      return 'baseSha' in record ? { key, baseSha: record.baseSha } : undefined;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Waits with everybody else who wants it. The last one to go ends the build, and waits until it left nothing. */
  async #join(key: string, source: FilesSource, signal: AbortSignal): Promise<Layer> {
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

  #start(key: string, source: FilesSource): Build {
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

  async #build(key: string, source: FilesSource, signal: AbortSignal): Promise<Layer> {
    try {
      const services = await this.#services();
      const { baseSha } = await buildLayer(services, { key, source }, signal);
      return { key, baseSha };
    } catch (cause) {
      if (cause instanceof DrydockError) throw cause;
      throw new DrydockError('sandbox_start_failed', { message: 'The layer could not be built.', cause });
    }
  }
}

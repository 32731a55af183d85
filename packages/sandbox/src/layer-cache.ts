import type { Clock } from '@drydock/core';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseLayersToRemove, type CachedLayer } from './choose-layers-to-remove.ts';
import { hasCode } from './has-code.ts';
import type { WorkspaceBackend } from './workspace-backend.ts';
import { layerDir, layerImagePath, layerRecordPath } from './layer-paths.ts';

export interface LayerCacheOptions {
  readonly layersDir: string;
  /** What sealed layers may take of the disk, together. */
  readonly budgetBytes: number;
  readonly clock: Clock;
  readonly backend: WorkspaceBackend;
}

const TRASH_PREFIX = '.trash-';
/** A layer that another process of this host has just asked for, and not mounted yet, is younger than this. */
const GRACE_MS = 10 * 60_000;
const BLOCK_BYTES = 512;

/** Which sealed layers stay on this host: those that are held or mounted, and of the others the last used ones. */
export class LayerCache {
  readonly #options: LayerCacheOptions;
  readonly #holds = new Map<string, number>();
  #collecting: Promise<readonly string[]> | undefined;

  constructor(options: LayerCacheOptions) {
    this.#options = options;
  }

  /** Keeps a layer, built or not yet, until what is given back is called. */
  hold(key: string): () => void {
    this.#holds.set(key, (this.#holds.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#holds.get(key) ?? 1) - 1;
      if (left > 0) this.#holds.set(key, left);
      else this.#holds.delete(key);
    };
  }

  /** Notes a use: the time of the record says when a layer was last asked for. */
  async touch(key: string): Promise<void> {
    const now = this.#options.clock.now() / 1_000;
    await utimes(layerRecordPath(this.#options.layersDir, key), now, now);
  }

  /** Removes what is over the budget. Resolves with the keys that it removed. */
  async collectGarbage(): Promise<readonly string[]> {
    this.#collecting ??= this.#collect().finally(() => (this.#collecting = undefined));
    return this.#collecting;
  }

  async #collect(): Promise<readonly string[]> {
    const { layersDir, budgetBytes, clock, backend } = this.#options;
    const names = await readdir(layersDir).catch(() => []);
    for (const name of names.filter((name) => name.startsWith(TRASH_PREFIX))) await this.#remove(name);
    const found = await Promise.all(names.map((name) => this.#describe(name)));
    const layers = found.filter((layer) => layer !== undefined);
    const mounted = await listLoopImages();
    const removed: string[] = [];
    for (const { key } of chooseLayersToRemove(layers, { budgetBytes, usedBefore: clock.now() - GRACE_MS })) {
      if (mounted.has(layerImagePath(layersDir, key, backend))) continue;
      if (await this.#evict(key)) removed.push(key);
    }
    return removed;
  }

  /** Holds are looked at in the same moment as the layer goes: whoever comes later builds it anew. */
  async #evict(key: string): Promise<boolean> {
    if (this.#holds.has(key)) return false;
    const trash = `${TRASH_PREFIX}${randomUUID()}`;
    try {
      await rename(layerDir(this.#options.layersDir, key), join(this.#options.layersDir, trash));
    } catch (error) {
      // Another process was faster.
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    }
    await this.#remove(trash);
    return true;
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#options.layersDir, name), { recursive: true, force: true });
  }

  /** Undefined for what is no sealed layer: a build under way, or one that is gone by now. */
  async #describe(key: string): Promise<CachedLayer | undefined> {
    if (key.startsWith('.')) return undefined;
    const { layersDir, backend } = this.#options;
    try {
      const [record, image] = await Promise.all([
        stat(layerRecordPath(layersDir, key)),
        stat(layerImagePath(layersDir, key, backend)),
      ]);
      return { key, usedAt: record.mtimeMs, bytes: image.blocks * BLOCK_BYTES };
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
      throw error;
    }
  }
}

/** Files that a loop device shows, by any process of the host. */
async function listLoopImages(): Promise<ReadonlySet<string>> {
  const names = await readdir('/sys/block').catch(() => []);
  const images = names
    .filter((name) => name.startsWith('loop'))
    .map((name) => readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => ''));
  return new Set((await Promise.all(images)).map((path) => path.trim()));
}

import type { BigIntStats } from 'node:fs';
import type { BaseTree } from './base-tree.ts';
import { isNoted, type ManifestEntry } from './manifest.ts';
import { isDirectory, list, type Mode } from './tree-access.ts';

/**
 * The tree that a workspace was copied from, as the builder noted it. Every file is read: a file system in memory does
 * not note when a mapped file is written, so neither size nor times tell that it was not.
 */
export class ManifestBase implements BaseTree {
  readonly #root: string;
  readonly #entries: ReadonlyMap<string, ManifestEntry>;
  readonly #names = new Map<string, string[]>();

  constructor(root: string, entries: ReadonlyMap<string, ManifestEntry>) {
    this.#root = root;
    this.#entries = entries;
    for (const [path, entry] of entries) {
      if (isDirectory(entry)) this.#names.set(path, []);
      if (path !== '') this.#names.get(parentOf(path))?.push(path.slice(path.lastIndexOf('/') + 1));
    }
  }

  find(path: string): Mode | undefined {
    return this.#entries.get(path);
  }

  list(dir: string): readonly string[] | undefined {
    return this.#names.get(dir);
  }

  isUntouched(path: string, now: BigIntStats): boolean {
    const before = this.#entries.get(path);
    if (before === undefined) return false;
    if (!now.isDirectory()) return isNoted(this.#root, path, { now, before });
    // Of one with something in it, that is looked at.
    const isEmpty = this.list(path)?.length === 0 && list(this.#root, path)?.length === 0;
    return isEmpty && this.isSameDirectory(path, now);
  }

  isSameDirectory(path: string, now: BigIntStats): boolean {
    const before = this.#entries.get(path);
    return before?.mode === now.mode && before.mtimeNs === now.mtimeNs;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

import type { BigIntStats } from 'node:fs';
import type { BaseTree } from './base-tree.ts';
import type { OpenedEntries } from './opened-entries.ts';
import { join, kind, list, stat } from './tree-access.ts';
import type { ComparedTree } from './walk-changes.ts';

/** What makes the base into the workspace. Paths are bytes, held as latin1 text. */
export interface CheckpointPaths {
  /** What of the base is no longer there, or is of another kind. */
  readonly deleted: string[];
  /** Everything that may differ from the base, a directory before what is in it. */
  readonly present: string[];
}

/**
 * Lists what a checkpoint holds: everything, `.git` and ignored files too, except sockets, which mean nothing without
 * their process. As `walkChanges` it opens only directories that are not untouched. Equal trees give equal lists.
 */
export function walkCheckpoint(tree: ComparedTree, opened: OpenedEntries): CheckpointPaths {
  const walk = new CheckpointWalk(tree, opened);
  walk.visit('');
  return walk.paths;
}

class CheckpointWalk {
  readonly paths: CheckpointPaths = { deleted: [], present: ['.'] };
  readonly #root: string;
  readonly #base: BaseTree;
  readonly #opened: OpenedEntries;

  constructor({ root, base }: ComparedTree, opened: OpenedEntries) {
    this.#root = root;
    this.#base = base;
    this.#opened = opened;
  }

  visit(dir: string): void {
    const names = [...(list(this.#root, dir) ?? [])].toSorted();
    const there = new Set(names);
    for (const name of [...(this.#base.list(dir) ?? [])].toSorted()) {
      if (!there.has(name)) this.paths.deleted.push(join(dir, name));
    }
    for (const name of names) this.#compare(join(dir, name));
  }

  #compare(path: string): void {
    const now = stat(this.#root, path);
    if (now === undefined || now.isSocket() || this.#base.isUntouched(path, now)) return;
    const before = this.#base.find(path);
    if (before !== undefined && kind(before) !== kind(now)) this.paths.deleted.push(path);
    this.#take(path, now);
  }

  #take(path: string, now: BigIntStats): void {
    const needsOpening = now.isFile() || now.isDirectory();
    if (needsOpening && !this.#opened.open(path, now)) return;
    const found = this.#count;
    this.paths.present.push(path);
    if (!now.isDirectory()) return;
    this.visit(path);
    // Listed for what is in it, whose restoring changes its time; without, it is the base's.
    if (this.#count === found + 1 && this.#base.isSameDirectory(path, now)) this.paths.present.pop();
  }

  get #count(): number {
    return this.paths.present.length + this.paths.deleted.length;
  }
}

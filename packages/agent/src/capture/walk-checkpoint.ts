import type { BigIntStats } from 'node:fs';
import type { OpenedEntries } from './opened-entries.ts';
import { isSame, join, kind, list, stat, type TreeRoots } from './tree-access.ts';

/** What makes the base into the workspace. Paths are bytes, held as latin1 text. */
export interface CheckpointPaths {
  /** What of the base is no longer there, or is of another kind. */
  readonly deleted: string[];
  /** Everything that may differ from the base, a directory before what is in it. */
  readonly present: string[];
}

/**
 * Lists what a checkpoint holds: everything, `.git` and ignored files too, except sockets, which mean nothing without
 * their process. As `walkChanges` it opens only directories that exist in the upper layer. Equal trees give equal lists.
 */
export function walkCheckpoint(roots: TreeRoots, opened: OpenedEntries): CheckpointPaths {
  const walk = new CheckpointWalk(roots, opened);
  walk.visit('');
  return walk.paths;
}

class CheckpointWalk {
  readonly paths: CheckpointPaths = { deleted: [], present: ['.'] };
  readonly #roots: TreeRoots;
  readonly #opened: OpenedEntries;

  constructor(roots: TreeRoots, opened: OpenedEntries) {
    this.#roots = roots;
    this.#opened = opened;
  }

  visit(dir: string): void {
    const names = [...(list(this.#roots.merged, dir) ?? [])].toSorted();
    const there = new Set(names);
    for (const name of [...(list(this.#roots.base, dir) ?? [])].toSorted()) {
      if (!there.has(name)) this.paths.deleted.push(join(dir, name));
    }
    for (const name of names) this.#compare(join(dir, name));
  }

  #compare(path: string): void {
    const { merged, base, upper } = this.#roots;
    const now = stat(merged, path);
    const before = stat(base, path);
    if (now === undefined || now.isSocket()) return;
    if (isSame(now, before) && stat(upper, path) === undefined) return;
    if (before !== undefined && kind(before) !== kind(now)) this.paths.deleted.push(path);
    this.#take(path, now);
  }

  #take(path: string, now: BigIntStats): void {
    const needsOpening = now.isFile() || now.isDirectory();
    if (needsOpening && !this.#opened.open(path, now)) return;
    this.paths.present.push(path);
    if (now.isDirectory()) this.visit(path);
  }
}

import { unlinkSync, type BigIntStats } from 'node:fs';
import type { BaseTree } from './base-tree.ts';
import type { OpenedEntries } from './opened-entries.ts';
import { at, isDirectory, join, list, stat, type Mode } from './tree-access.ts';

/** Differences between workspace and base, as git needs them. Paths are bytes, held as latin1 text. */
export interface TreeChanges {
  /** Files of the base that are no longer there, or are something else now. */
  readonly removed: string[];
  /** Files and symbolic links that may differ from the base's file of that name. */
  readonly tracked: string[];
  /** Files and symbolic links where the base has no file. */
  readonly untracked: string[];
  /** What no patch can carry. */
  readonly leftOut: string[];
}

/** A sparse file can be larger than memory; git would take it there, and no patch could carry it. */
const MAX_FILE_BYTES = 64n * 1_024n * 1_024n;

/** A workspace and what it was at first. */
export interface ComparedTree {
  readonly root: string;
  readonly base: BaseTree;
}

/** Finds what changed. Only directories that are not untouched are opened. */
export function walkChanges(tree: ComparedTree, opened: OpenedEntries): TreeChanges {
  const walk = new TreeWalk(tree, opened);
  walk.visit('');
  return walk.changes;
}

class TreeWalk {
  readonly changes: TreeChanges = { removed: [], tracked: [], untracked: [], leftOut: [] };
  readonly #root: string;
  readonly #base: BaseTree;
  readonly #opened: OpenedEntries;

  constructor({ root, base }: ComparedTree, opened: OpenedEntries) {
    this.#root = root;
    this.#base = base;
    this.#opened = opened;
  }

  visit(dir: string): void {
    const names = list(this.#root, dir);
    if (names === undefined) {
      this.changes.leftOut.push(`${dir}/`);
      return;
    }
    const present = new Set(names);
    for (const name of this.#base.list(dir) ?? []) {
      const path = join(dir, name);
      if (!present.has(name) && !isGitDir(name)) this.#remove(path);
    }
    if (names.length === 0) this.changes.leftOut.push(`${dir}/`);
    for (const name of names) this.#compare(join(dir, name), name);
  }

  #compare(path: string, name: string): void {
    // The agent's own repository at the root is no part of the tree; one further down cannot be in a patch.
    if (isGitDir(name)) {
      if (path !== name) this.changes.leftOut.push(`${path}/`);
      return;
    }
    const now = stat(this.#root, path);
    if (now === undefined) this.changes.leftOut.push(path);
    else if (!this.#base.isUntouched(path, now)) this.#change(path, now, this.#base.find(path));
  }

  #change(path: string, now: BigIntStats, before: Mode | undefined): void {
    if (before !== undefined && !staysOfKind(now, before)) this.#remove(path);
    if (now.isDirectory()) this.#descend(path, now);
    else this.#take(path, now, before);
  }

  #descend(path: string, now: BigIntStats): void {
    if (this.#opened.open(path, now)) this.visit(path);
    else this.changes.leftOut.push(`${path}/`);
  }

  #take(path: string, now: BigIntStats, before: Mode | undefined): void {
    if (!now.isFile() && !now.isSymbolicLink()) {
      this.#leaveSpecial(path);
      return;
    }
    const fits = now.isSymbolicLink() || (now.size <= MAX_FILE_BYTES && this.#opened.open(path, now));
    const isTracked = before !== undefined && !isDirectory(before);
    if (!fits) this.changes.leftOut.push(path);
    else (isTracked ? this.changes.tracked : this.changes.untracked).push(path);
  }

  #remove(path: string): void {
    const names = this.#base.list(path);
    if (names === undefined) this.changes.removed.push(path);
    else for (const name of names) this.#remove(join(path, name));
  }

  /** Sockets, pipes and devices. Git would wait for ever to read a pipe that has the name of one of its files. */
  #leaveSpecial(path: string): void {
    this.changes.leftOut.push(path);
    if (/(?:^|\/)\.git[^/]*$/.test(path)) unlinkSync(at(this.#root, path));
  }
}

/** Whether the index entries that the base has there stay: directories do, and a file that is a file or link now. */
function staysOfKind(now: BigIntStats, before: Mode): boolean {
  if (isDirectory(before)) return now.isDirectory();
  return now.isFile() || now.isSymbolicLink();
}

/** Git itself refuses the other spellings, and says so. */
function isGitDir(name: string): boolean {
  return name.toLowerCase() === '.git';
}

import type { BigIntStats } from 'node:fs';
import type { BaseTree } from './base-tree.ts';
import { kind, list, stat, type Mode } from './tree-access.ts';

const INODE_MASK = (1n << 32n) - 1n;

/**
 * The tree below an overlay. An entry is untouched when upper has nothing there and its inode is the base's, which is
 * also right below a renamed directory, whose entries have the inodes of another place. Contents and times are not
 * looked at: a file that was given back its size and time is found all the same, in time proportional to the changes.
 */
export class OverlayBase implements BaseTree {
  readonly #upper: string;
  readonly #base: string;

  constructor(upper: string, base: string) {
    this.#upper = upper;
    this.#base = base;
  }

  find(path: string): Mode | undefined {
    return stat(this.#base, path);
  }

  list(dir: string): readonly string[] | undefined {
    return list(this.#base, dir);
  }

  isUntouched(path: string, now: BigIntStats): boolean {
    const before = stat(this.#base, path);
    if (before === undefined || kind(now) !== kind(before)) return false;
    return (now.ino & INODE_MASK) === (before.ino & INODE_MASK) && stat(this.#upper, path) === undefined;
  }

  /** What is in upper was written to. */
  isSameDirectory(): boolean {
    return false;
  }
}

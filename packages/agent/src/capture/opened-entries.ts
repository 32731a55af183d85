import { chmodSync, type BigIntStats } from 'node:fs';
import { errnoOf } from '../workspace/errno.ts';
import { at } from './tree-access.ts';

const READ_FILE = 0o400;
const READ_DIR = 0o500;

/** Our own entries that somebody made unreadable: opened to be captured, and made what they were afterwards. */
export class OpenedEntries {
  readonly #root: string;
  /** True modes by path. */
  readonly #modes = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Paths below the root with their true modes, sorted: a directory before what is in it. */
  get list(): readonly (readonly [path: string, mode: number])[] {
    return [...this.#modes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Says whether the entry can be read now. */
  open(path: string, now: BigIntStats): boolean {
    const mode = Number(now.mode & 0o7777n);
    const bits = now.isDirectory() ? READ_DIR : READ_FILE;
    if ((mode & bits) === bits) return true;
    try {
      chmodSync(at(this.#root, path), mode | bits);
    } catch (error) {
      if (errnoOf(error) === 'EPERM' || errnoOf(error) === 'EROFS') return false;
      throw error;
    }
    this.#modes.set(path, mode);
    return true;
  }

  /** Sets the true modes again, deepest first. */
  restore(): void {
    for (const [path, mode] of this.list.toReversed()) chmodSync(at(this.#root, path), mode);
  }
}

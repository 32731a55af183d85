import type { BigIntStats } from 'node:fs';
import type { Mode } from './tree-access.ts';

/** What a workspace was at first, and how what did not change is told. Paths are bytes, held as latin1 text. */
export interface BaseTree {
  /** Kind and permissions of an entry; undefined where the base has nothing. */
  find(path: string): Mode | undefined;
  /** Names in a directory; undefined where the base has none there. */
  list(dir: string): readonly string[] | undefined;
  /** Whether an entry of the workspace is the base's, with everything below it. */
  isUntouched(path: string, now: BigIntStats): boolean;
  /** Whether a directory that is not untouched is itself as it was: something below it may not be. */
  isSameDirectory(path: string, now: BigIntStats): boolean;
}

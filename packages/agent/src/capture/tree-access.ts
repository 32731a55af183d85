import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { errnoOf } from '../workspace/errno.ts';

/*
 * How a captured tree is looked at. Paths are bytes, held as latin1 text.
 */

/** The three views of a workspace. Merged is what its user sees: upper on top of base. */
export interface TreeRoots {
  readonly merged: string;
  readonly upper: string;
  readonly base: string;
}

const INODE_MASK = (1n << 32n) - 1n;

/** Whether an entry is the very one of the base, seen through the overlay. */
export function isSame(now: BigIntStats, before: BigIntStats | undefined): boolean {
  if (before === undefined || kind(now) !== kind(before)) return false;
  return (now.ino & INODE_MASK) === (before.ino & INODE_MASK);
}

export function kind({ mode }: BigIntStats): bigint {
  return mode & 0o170000n;
}

export function stat(root: string, path: string): BigIntStats | undefined {
  return tolerant(() => lstatSync(at(root, path), { bigint: true }));
}

export function list(root: string, dir: string): readonly string[] | undefined {
  return tolerant(() => readdirSync(at(root, dir), { encoding: 'latin1' }));
}

/** Nothing there, or nothing that we may or can look at: paths of a hostile tree can be longer than any call takes. */
function tolerant<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = errnoOf(error) ?? '';
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG'].includes(code)) return undefined;
    throw error;
  }
}

export function join(dir: string, name: string): string {
  return dir === '' ? name : `${dir}/${name}`;
}

export function at(root: string, path: string): Buffer {
  return Buffer.from(path === '' ? root : `${root}/${path}`, 'latin1');
}

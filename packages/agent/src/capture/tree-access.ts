import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { errnoOf } from '../workspace/errno.ts';

/*
 * How a captured tree is looked at. Paths are bytes, held as latin1 text.
 */

export type Mode = Pick<BigIntStats, 'mode'>;

export function kind({ mode }: Mode): bigint {
  return mode & 0o170000n;
}

export function isDirectory(entry: Mode | undefined): boolean {
  return entry !== undefined && kind(entry) === 0o040000n;
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

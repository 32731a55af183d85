import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { errnoOf } from './errno.ts';

export type Located =
  /** Relative to the workspace, without symbolic links; the last part may be one where it was to be kept. */
  { readonly kind: 'inside'; readonly path: string } | { readonly kind: 'refused'; readonly message: string };

const MAX_PATH_CHARS = 1_024;

/**
 * Where a path of the workspace really is. Refused are absolute paths, `..`, anything of `.git`, and what a symbolic
 * link leads out of the workspace. What does not exist yet is located by the part that does.
 */
export function locateInWorkspace(root: string, path: string, lastLink: 'follow' | 'keep'): Located {
  const fault = findFault(path);
  if (fault !== undefined) return refused(path, fault);
  const realRoot = realpathSync(root);
  const absolute = join(root, path);
  const real =
    lastLink === 'keep' ? join(resolveLinks(dirname(absolute)), basename(absolute)) : resolveLinks(absolute);
  const inside = relative(realRoot, real);
  if (inside === '') return refused(path, 'it is the workspace itself');
  if (inside === '..' || inside.startsWith(`..${sep}`))
    return refused(path, 'a symbolic link leads out of the workspace');
  return isOfGit(inside) ? refused(path, 'it belongs to git') : { kind: 'inside', path: inside };
}

const refused = (path: string, why: string): Located => ({
  kind: 'refused',
  message: `The path ${JSON.stringify(path.slice(0, 200))} is refused: ${why}. Use a path inside the workspace, relative to it.`,
});

/** What is wrong with a path before anything is looked up. */
function findFault(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.length > MAX_PATH_CHARS) return 'it is too long';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(path)) return 'it has a control character';
  if (isAbsolute(path)) return 'it is absolute';
  if (path.split('/').includes('..')) return 'it has ".." in it';
  if (path.endsWith('/')) return 'it names a directory';
  return isOfGit(path) ? 'it belongs to git' : undefined;
}

const isOfGit = (path: string): boolean => path.split('/').some((part) => part.toLowerCase() === '.git');

/** The path without symbolic links, where its last parts need not exist. */
function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    // A link to nothing stays an error: what is written through it would land wherever it leads.
    const isMissing = errnoOf(cause) === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false }) === undefined;
    if (!isMissing) throw cause;
    return join(resolveLinks(dirname(path)), basename(path));
  }
}

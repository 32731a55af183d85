const MAX_PATH_BYTES = 1_024;
const MAX_NAME_BYTES = 255;

/** Characters that HFS+ drops from names: `.g\u200cit` is `.git` there. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Why a path cannot be in a repository; undefined when it can. The API looked at it already, but this runs where the
 * file is written.
 */
export function findPathProblem(path: string): string | undefined {
  if (path.includes('\0')) return 'it contains NUL';
  if (!path.isWellFormed()) return 'it is not Unicode';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  if (path.startsWith('/')) return 'it is absolute';
  for (const name of path.split('/')) {
    const problem = findNameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findNameProblem(name: string): string | undefined {
  if (name === '') return 'it has an empty part';
  if (name === '.' || name === '..') return `it has a part "${name}"`;
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `it has a part longer than ${MAX_NAME_BYTES} bytes`;
  return isGitName(name) ? 'it has a part that some file system takes for ".git"' : undefined;
}

/** NTFS drops trailing dots and blanks, has short names, and streams behind a colon. */
function isGitName(name: string): boolean {
  const folded = name.replaceAll(HFS_IGNORED, '').toLowerCase();
  const base = (folded.split(/[:\\]/, 1)[0] ?? '').replace(/[. ]+$/, '');
  return base === '.git' || /^git~\d+$/.test(base);
}

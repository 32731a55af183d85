const MAX_PATH_CHARS = 4_096;
/** Characters that some file systems leave out when they compare names: `.g\u200Cit` is `.git` there. */
const IGNORED_BY_FILE_SYSTEMS = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const GIT_DIRECTORY = /^(?:\.git|git~\d+)$/;

/**
 * Why no patch may touch this path, on any system that the patch may reach; undefined where there is no reason.
 * The answer ends a sentence that starts with the path.
 */
export function findPathFault(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.length > MAX_PATH_CHARS) return 'is too long';
  if (path.includes('\0')) return 'has a NUL in it';
  if (path.startsWith('/')) return 'is absolute';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'has an empty part, "." or ".."';
  return parts.some(isGitDirectory) ? 'belongs to git' : undefined;
}

/** `.git` in any disguise: case, ignored characters, trailing dots and spaces, short names, streams, backslashes. */
function isGitDirectory(part: string): boolean {
  return part
    .replaceAll(IGNORED_BY_FILE_SYSTEMS, '')
    .toLowerCase()
    .split('\\')
    .some((name) => GIT_DIRECTORY.test(name.replace(/:.*$/s, '').replace(/[. ]+$/, '')));
}

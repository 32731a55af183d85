const MAX_PATH_BYTES = 1_024;
const MAX_NAME_BYTES = 255;

/** C0, DEL and C1, NUL among them: they forge lines in logs and on terminals. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
/** Characters that some file systems leave out when they compare names: `.g\u200Cit` is `.git` there. */
const IGNORED = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const GIT_DIRECTORY = /^(?:\.git|git~\d+)$/;

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).byteLength;

/**
 * Why a path cannot be a file of a repository, on any system that the repository may reach; undefined where it can.
 * Sources, archives and patches are held to this one rule. The answer ends a sentence that starts with the path.
 */
export function findPathFault(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (!path.isWellFormed()) return 'is not valid Unicode';
  if (CONTROL.test(path)) return 'has a control character';
  if (bytesOf(path) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  if (path.startsWith('/')) return 'is absolute';
  for (const name of path.split('/')) {
    const fault = findNameFault(name);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A backslash is part of a name here and a separator elsewhere: what it separates is looked at too. */
function findNameFault(name: string): string | undefined {
  if (name === '') return 'has an empty part';
  if (bytesOf(name) > MAX_NAME_BYTES) return `has a part longer than ${MAX_NAME_BYTES} bytes`;
  const parts = name.split('\\');
  if (parts.some((part) => part === '.' || part === '..')) return 'has a part "." or ".."';
  return parts.some(isGitDirectory) ? 'belongs to git' : undefined;
}

/** `.git` in any disguise: case, ignored characters, trailing dots and blanks, NTFS short names and streams. */
function isGitDirectory(part: string): boolean {
  const folded = part.replaceAll(IGNORED, '').toLowerCase();
  return GIT_DIRECTORY.test(folded.replace(/:.*$/s, '').replace(/[. ]+$/, ''));
}

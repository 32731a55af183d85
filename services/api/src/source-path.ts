/** Names that git, or a file system that ignores case or invisible characters, takes for its own directory. */
const GIT_DIRECTORY = /^(?:\.git|git~\d+)[. ]*$/i;
/** C0, DEL and C1 control characters, NUL among them. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
/** Characters that HFS+ leaves out of a comparison (git's own list). */
const INVISIBLE = /[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/gu;
const MAX_COMPONENT_BYTES = 255;

/** Why a path cannot be a file of a repository; undefined where it can. */
export function findPathFault(path: string): string | undefined {
  if (!path.isWellFormed()) return 'The path is not valid Unicode.';
  if (CONTROL.test(path)) return 'The path has a control character.';
  if (path.includes('\\')) return 'The path has a backslash; separate with `/`.';
  if (path.startsWith('/')) return 'The path is not relative.';
  return path.split('/').map(findComponentFault).find(Boolean);
}

function findComponentFault(component: string): string | undefined {
  if (component === '') return 'The path has an empty component.';
  if (component === '.' || component === '..') return 'The path has a `.` or `..` component.';
  if (GIT_DIRECTORY.test(component.replace(INVISIBLE, ''))) return 'The path has a `.git` component.';
  if (Buffer.byteLength(component) > MAX_COMPONENT_BYTES) {
    return `The path has a component of more than ${MAX_COMPONENT_BYTES} bytes.`;
  }
  return undefined;
}

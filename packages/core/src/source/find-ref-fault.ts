/** Characters that git allows in no ref, and some that only a command line would miss. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u0020\u007F-\u009F ~^:?*[\]\\"'`$;&|<>(){}!#%,]/;

/**
 * Why a text cannot name a commit; undefined where it can. Narrower than `git check-ref-format`: a ref becomes an
 * argument and a part of a refspec, and nothing in it may mean anything there.
 */
export function findRefFault(ref: string): string | undefined {
  if (!ref.isWellFormed()) return 'The ref is not valid Unicode.';
  if (FORBIDDEN.test(ref)) return 'The ref has a character that no ref has.';
  if (ref.startsWith('-')) return 'The ref starts with `-`.';
  if (ref.includes('..') || ref.includes('@{') || ref === '@') return 'The ref is an expression, not a name.';
  return ref.split('/').map(findPartFault).find(Boolean);
}

function findPartFault(part: string): string | undefined {
  if (part === '') return 'The ref has an empty part.';
  if (part.startsWith('.') || part.endsWith('.') || part.endsWith('.lock')) {
    return 'The ref has a part that starts or ends with a dot, or ends with `.lock`.';
  }
  return undefined;
}

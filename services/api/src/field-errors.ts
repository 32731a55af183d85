import type { z } from 'zod';

/** One entry of a problem's `errors`: where (a JSON pointer, RFC 6901) and what is wrong there. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** A caller corrects a handful of fields at a time; five thousand bad paths are the same mistake. */
export const MAX_FIELD_ERRORS = 50;
/** Names come from the caller: a megabyte of one is not echoed. */
const MAX_TOKEN_CHARS = 100;

export function toPointer(path: readonly PropertyKey[]): string {
  return path
    .map(
      (key) =>
        `/${String(key).slice(0, MAX_TOKEN_CHARS).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('');
}

export interface ReadIssues {
  readonly hasUnknownField: boolean;
  readonly errors: readonly FieldError[];
}

/** Turns the issues of a failed parse into field errors, one for each unknown field. */
export function readIssues(issues: readonly z.core.$ZodIssue[]): ReadIssues {
  const flat = issues.flatMap(flatten);
  return {
    hasUnknownField: flat.some(({ unknown }) => unknown),
    errors: flat.slice(0, MAX_FIELD_ERRORS).map(({ pointer, detail }) => ({ pointer, detail })),
  };
}

interface FlatIssue extends FieldError {
  readonly unknown: boolean;
}

function flatten(issue: z.core.$ZodIssue): readonly FlatIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: toPointer([...issue.path, key]),
      detail: 'Unknown field.',
      unknown: true,
    }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that is right but for unknown fields is the one the caller meant.
    const meant = issue.errors.find((branch) => branch.every(({ code }) => code === 'unrecognized_keys'));
    const nested = (meant ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
    if (nested.length > 0) return nested.flatMap(flatten);
    const wanted = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first.message]));
    const detail = `${[...new Set(wanted)].join('; or: ')}.`;
    return [{ pointer: toPointer(issue.path), detail, unknown: false }];
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const detail = isMissing ? 'Is required.' : `${issue.message}.`;
  return [{ pointer: toPointer(issue.path), detail, unknown: false }];
}

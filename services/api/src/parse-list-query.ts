import type { ErrorCode } from '@drydock/contracts';
import { JobId, JobKind, JobState, MAX_LABELS } from '@drydock/contracts';
import type { JobQuery } from '@drydock/core';
import { z } from 'zod';
import type { FieldError } from './field-errors.ts';
import { readIssues } from './field-errors.ts';

const DEFAULT_LIMIT = 20;

/** A parameter that was sent more than once is an array, and refused but for `label`. */
const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Label = z.string().regex(/^[^:]{1,63}:[^]{0,256}$/, 'Not key:value');

const ListQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'Not a whole number from 1 to 100')
    .transform(Number)
    .default(DEFAULT_LIMIT),
  cursor: z.string().min(1).max(200).optional(),
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(JobState))
    .optional(),
  kind: JobKind.optional(),
  thread: JobId.optional(),
  label: z.union([Label.transform((label) => [label]), z.array(Label).max(MAX_LABELS)]).optional(),
  created_after: Instant.optional(),
  created_before: Instant.optional(),
});

export type ParsedListQuery =
  | { readonly kind: 'parsed'; readonly query: JobQuery }
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'invalid_request' | 'unknown_field'>;
      readonly errors: readonly FieldError[];
    };

/** Reads the query of `GET /v1/jobs`. What is unknown or wrong is refused: a filter that is passed over shows too much. */
export function parseListQuery(query: unknown): ParsedListQuery {
  const parsed = ListQuery.safeParse(query);
  if (!parsed.success) {
    const { hasUnknownField, errors } = readIssues(parsed.error.issues);
    return { kind: 'refused', code: hasUnknownField ? 'unknown_field' : 'invalid_request', errors };
  }
  const { limit, cursor, status, kind, thread, label, created_after, created_before } = parsed.data;
  return {
    kind: 'parsed',
    query: {
      limit,
      cursor,
      states: status,
      kind,
      thread,
      labels: label && Object.fromEntries(label.map(splitLabel)),
      createdAfter: created_after,
      createdBefore: created_before,
    },
  };
}

function splitLabel(label: string): [string, string] {
  const colon = label.indexOf(':');
  return [label.slice(0, colon), label.slice(colon + 1)];
}

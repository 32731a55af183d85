import type { ErrorCode, JobSpec } from '@drydock/contracts';
import { ContinueRequest } from '@drydock/contracts';
import type { LimitTable } from '@drydock/core';
import { resolveLimits } from '@drydock/core';
import type { FieldError } from './field-errors.ts';
import { readIssues } from './field-errors.ts';

export type ParsedContinueRequest =
  | { readonly kind: 'parsed'; readonly spec: JobSpec }
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'invalid_request' | 'unknown_field'>;
      readonly errors: readonly FieldError[];
    };

/** What the new job asks for: all that the older one did, but for limits and labels. */
export function parseContinueRequest(
  body: unknown,
  older: JobSpec,
  table: LimitTable,
): ParsedContinueRequest {
  const parsed = ContinueRequest.safeParse(body);
  if (!parsed.success) {
    const { hasUnknownField, errors } = readIssues(parsed.error.issues);
    return { kind: 'refused', code: hasUnknownField ? 'unknown_field' : 'invalid_request', errors };
  }
  const { limits, labels = older.labels } = parsed.data;
  const resolved = resolveLimits({ ...older.limits, ...limits }, table);
  if (resolved.kind === 'over_maximum') {
    const detail = `Over the maximum of ${resolved.maximum}.`;
    const errors = [{ pointer: `/limits/${resolved.limit}`, detail }];
    return { kind: 'refused', code: 'invalid_request', errors };
  }
  return { kind: 'parsed', spec: { ...older, limits: resolved.limits, labels } };
}

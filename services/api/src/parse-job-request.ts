import type { ErrorCode, JobSpec } from '@drydock/contracts';
import { BUILT_TOOL_GROUPS, JobFields, JobRequest } from '@drydock/contracts';
import type { LimitTable } from '@drydock/core';
import { parseCallbackUrl, resolveLimits } from '@drydock/core';
import type { z } from 'zod';
import { limitVariable } from './limit-variable.ts';
import type { FieldError } from './field-errors.ts';
import { readIssues } from './field-errors.ts';
import { findLabelsFault } from './find-labels-fault.ts';
import type { ParsedSource } from './parse-source.ts';
import { parseSource } from './parse-source.ts';

interface Refused {
  readonly kind: 'refused';
  readonly code: Extract<ErrorCode, 'invalid_request' | 'unknown_field' | 'tool_unavailable' | 'bad_source'>;
  readonly errors: readonly FieldError[];
}

/** What a job asks for, whatever its tree comes from. */
type Fields = Omit<JobSpec, 'source'>;

export type ParsedFields<Rest = object> =
  | ({ readonly kind: 'parsed'; readonly spec: Fields } & Rest)
  | Refused;
export type ParsedJobRequest = ParsedFields<{ readonly source: ParsedSource }>;

/** What this installation lets callers ask for. */
export interface RequestRules {
  readonly limits: LimitTable;
  readonly callbackHosts: ReadonlySet<string>;
  readonly hasSsh: boolean;
}

/** Decides whether a body is a job that this installation can run, and resolves its defaults. */
export function parseJobRequest(body: unknown, rules: RequestRules): ParsedJobRequest {
  const parsed = parseBody(JobRequest, body);
  if (parsed.kind === 'refused') return parsed;
  const { source, ...rest } = parsed.data;
  const fields = resolveFields(rest, rules);
  if (fields.kind === 'refused') return fields;
  const decision = parseSource(source, rules);
  if (decision.kind === 'refused') return { ...decision, code: 'bad_source' };
  return { ...fields, source: decision.source };
}

/** The same of a body without a source. */
export function parseFields(body: unknown, rules: RequestRules): ParsedFields {
  const parsed = parseBody(JobFields, body);
  return parsed.kind === 'refused' ? parsed : resolveFields(parsed.data, rules);
}

function parseBody<Data>(
  schema: z.ZodType<Data>,
  body: unknown,
): { readonly kind: 'parsed'; readonly data: Data } | Refused {
  const labelsFault = findLabelsFault(body);
  if (labelsFault !== undefined) return refuse([labelsFault]);
  const parsed = schema.safeParse(body, { error: sayWhatIsMissing });
  if (parsed.success) return { kind: 'parsed', data: parsed.data };
  const { hasUnknownField, errors } = readIssues(parsed.error.issues);
  return refuse(errors, hasUnknownField ? 'unknown_field' : 'invalid_request');
}

/** For what zod would only name the type of. */
function sayWhatIsMissing({ path, input }: z.core.$ZodRawIssue): string | undefined {
  const isSource = path?.length === 1 && path[0] === 'source';
  return isSource && input === undefined ? NO_SOURCE : undefined;
}

const NO_SOURCE = 'A job needs a source, or the previous_job_id of a job that it follows';

function resolveFields(
  { limits: requested, callback_url, ...rest }: JobFields,
  { limits: table, callbackHosts }: RequestRules,
): ParsedFields {
  const callback = parseCallback(callback_url, callbackHosts);
  const faults = [...findUnlistedSecrets(rest), ...callback.errors];
  if (faults.length > 0) return refuse(faults);
  const missingTools = findMissingTools(rest.tools);
  if (missingTools.length > 0) return refuse(missingTools, 'tool_unavailable');
  const resolved = resolveLimits(requested, table);
  if (resolved.kind === 'over_maximum') {
    const { limit, maximum } = resolved;
    const detail = `Over the maximum of ${maximum}; the operator can raise ${limitVariable(limit, 'MAX')}.`;
    return refuse([{ pointer: `/limits/${limit}`, detail }]);
  }
  return { kind: 'parsed', spec: { ...rest, ...callback.field, limits: resolved.limits } };
}

const refuse = (errors: readonly FieldError[], code: Refused['code'] = 'invalid_request'): Refused => ({
  kind: 'refused',
  code,
  errors,
});

/** The canonical spelling is kept: what was looked at here is what is dialled. */
function parseCallback(
  url: string | undefined,
  allowedHosts: ReadonlySet<string>,
): { readonly field: Pick<JobSpec, 'callback_url'>; readonly errors: readonly FieldError[] } {
  if (url === undefined) return { field: {}, errors: [] };
  const parsed = parseCallbackUrl(url, allowedHosts);
  if (parsed.kind === 'parsed') return { field: { callback_url: parsed.href }, errors: [] };
  return { field: {}, errors: [{ pointer: '/callback_url', detail: parsed.reason }] };
}

function findMissingTools(tools: JobRequest['tools']): FieldError[] {
  return tools.flatMap((tool, index) =>
    BUILT_TOOL_GROUPS.includes(tool)
      ? []
      : [{ pointer: `/tools/${index}`, detail: `${tool} is not available.` }],
  );
}

/** What the gateway may send for a job is what the job lists, and nothing else. */
function findUnlistedSecrets({
  tool_use_approval: approval,
  secrets = [],
}: Pick<JobRequest, 'tool_use_approval' | 'secrets'>): FieldError[] {
  if (typeof approval !== 'object') return [];
  return approval.grants.flatMap(({ inject }, index) =>
    inject === undefined || secrets.includes(inject.secret)
      ? []
      : [
          {
            pointer: `/tool_use_approval/grants/${index}/inject/secret`,
            detail: `List ${inject.secret} in \`secrets\`, too.`,
          },
        ],
  );
}

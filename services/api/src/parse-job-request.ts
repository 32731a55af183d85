import type { ErrorCode, JobSpec } from '@drydock/contracts';
import { BUILT_TOOL_GROUPS, JobRequest } from '@drydock/contracts';
import type { LimitTable } from '@drydock/core';
import { parseCallbackUrl, resolveLimits } from '@drydock/core';
import { limitVariable } from './limit-variable.ts';
import type { FieldError } from './field-errors.ts';
import { readIssues } from './field-errors.ts';
import { findLabelsFault } from './find-labels-fault.ts';
import type { ParsedSource } from './parse-source.ts';
import { parseSource } from './parse-source.ts';

export type ParsedJobRequest =
  | { readonly kind: 'parsed'; readonly spec: Omit<JobSpec, 'source'>; readonly source: ParsedSource }
  | {
      readonly kind: 'refused';
      readonly code: Extract<
        ErrorCode,
        'invalid_request' | 'unknown_field' | 'tool_unavailable' | 'bad_source'
      >;
      readonly errors: readonly FieldError[];
    };

/** What this installation lets callers ask for. */
interface RequestRules {
  readonly limits: LimitTable;
  readonly callbackHosts: ReadonlySet<string>;
  readonly hasSsh: boolean;
}

/** Decides whether a body is a job that this installation can run, and resolves its defaults. */
export function parseJobRequest(
  body: unknown,
  { limits: table, callbackHosts, hasSsh }: RequestRules,
): ParsedJobRequest {
  const labelsFault = findLabelsFault(body);
  if (labelsFault !== undefined) return { kind: 'refused', code: 'invalid_request', errors: [labelsFault] };
  const parsed = JobRequest.safeParse(body);
  if (!parsed.success) {
    const { hasUnknownField, errors } = readIssues(parsed.error.issues);
    return { kind: 'refused', code: hasUnknownField ? 'unknown_field' : 'invalid_request', errors };
  }
  const { source, limits: requested, callback_url, ...rest } = parsed.data;
  const callback = parseCallback(callback_url, callbackHosts);
  const faults = [...findUnlistedSecrets(rest), ...callback.errors];
  if (faults.length > 0) return { kind: 'refused', code: 'invalid_request', errors: faults };
  const missingTools = findMissingTools(rest.tools);
  if (missingTools.length > 0) return { kind: 'refused', code: 'tool_unavailable', errors: missingTools };
  const resolved = resolveLimits(requested, table);
  if (resolved.kind === 'over_maximum') {
    const { limit, maximum } = resolved;
    const detail = `Over the maximum of ${maximum}; the operator can raise ${limitVariable(limit, 'MAX')}.`;
    const errors = [{ pointer: `/limits/${limit}`, detail }];
    return { kind: 'refused', code: 'invalid_request', errors };
  }
  const decision = parseSource(source, { hasSsh });
  if (decision.kind === 'refused') return { ...decision, code: 'bad_source' };
  const spec = { ...rest, ...callback.field, limits: resolved.limits };
  return { kind: 'parsed', spec, source: decision.source };
}

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

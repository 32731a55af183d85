import type { JobRecord, JobSpec, SignedCheckpoint } from '@drydock/contracts';
import { JobId } from '@drydock/contracts';
import { z } from 'zod';
import type { ParsedFields, RequestRules } from './parse-job-request.ts';
import { parseFields } from './parse-job-request.ts';

const Named = z.looseObject({ previous_job_id: JobId });
const NamesAnother = z.looseObject({ previous_job_id: z.unknown() });

/** Whether a body asks for a job that follows another. */
export const isFollowUp = (body: unknown): boolean =>
  NamesAnother.safeParse(body).success && Object.hasOwn(body as object, 'previous_job_id');

export type ParsedPrevious =
  | { readonly kind: 'parsed'; readonly jobId: JobId; readonly body: Readonly<Record<string, unknown>> }
  | Extract<ParsedFields, { kind: 'refused' }>;

/** Which job a body follows, and the rest of it. */
export function parsePrevious(body: unknown): ParsedPrevious {
  const parsed = Named.safeParse(body);
  if (!parsed.success) return refuse('/previous_job_id', 'Not the id of a job.');
  const { previous_job_id: jobId, ...rest } = parsed.data;
  if ('source' in rest)
    return refuse(
      '/source',
      'A job that follows another has its source: leave this out, or previous_job_id.',
    );
  return { kind: 'parsed', jobId, body: rest };
}

/** What a follow-up asks for: what it leaves out is as it was in the job before, but for what was granted to that one. */
export function parseFollowUp(
  body: Readonly<Record<string, unknown>>,
  { older, from }: { readonly older: JobRecord; readonly from: SignedCheckpoint },
  rules: RequestRules,
): { readonly kind: 'parsed'; readonly spec: JobSpec } | Extract<ParsedFields, { kind: 'refused' }> {
  const { limits } = body;
  // One limit more or less leaves the others as they were.
  const changed = isRecord(limits) ? { limits: { ...older.spec.limits, ...limits } } : {};
  const parsed = parseFields({ ...inherit(older.spec), ...body, ...changed }, rules);
  if (parsed.kind === 'refused') return parsed;
  // A thread of tier high was looked at from its first turn on; one of tier standard was not, and cannot be made one.
  if (parsed.spec.tier !== older.spec.tier)
    return refuse(
      '/tier',
      `A thread keeps its tier, which is ${older.spec.tier}: leave it out, or begin a new one.`,
    );
  const { checkpoint } = from;
  const spec: JobSpec = {
    ...parsed.spec,
    source: older.spec.source,
    previous_job_id: checkpoint.jobId,
    thread_id: older.spec.thread_id ?? older.id,
    follow_up: {
      status: older.state,
      verified: older.result?.verified ?? null,
      model: older.spec.model,
    },
  };
  return { kind: 'parsed', spec };
}

/** Grants and secrets belong to a job and not to its thread, and what ends with a plan was carried out by then. */
function inherit(spec: JobSpec): Partial<JobSpec> {
  const { source: _, instruction: _said, tool_use_approval: _granted, secrets: _named, ...rest } = spec;
  const { plan_only: _plan, previous_job_id: _older, thread_id: _thread, follow_up: _told, ...fields } = rest;
  const { replay_of: _played, ...inherited } = fields;
  return inherited;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (pointer: string, detail: string): Extract<ParsedFields, { kind: 'refused' }> => ({
  kind: 'refused',
  code: 'invalid_request',
  errors: [{ pointer, detail }],
});

import type { JobKind, ToolDefinition } from '@drydock/contracts';
import { SUBMIT } from './definitions/plan.ts';
import type { SubmitField } from './definitions/submit-fields.ts';
import { COMMON_FIELDS, SUBMIT_FIELDS } from './definitions/submit-fields.ts';
import type { Schema } from './definitions/schema.ts';
import { object } from './definitions/schema.ts';

/** What each kind has to hand in beside summary and changes; the worker can do without. `checks` is there for all. */
const REQUIRED: Readonly<Record<JobKind, readonly SubmitField[]>> = {
  implement: ['checks'],
  fix: ['checks'],
  review: ['findings'],
  explain: ['references'],
  test: ['checks', 'mutations'],
};

/** `submit` as a job of this kind is told of it. */
export function submitFor(kind: JobKind): ToolDefinition {
  const required = REQUIRED[kind];
  const fields = new Set<SubmitField>([...required, 'checks']);
  const own: Record<string, Schema> = {};
  for (const field of fields) own[field] = SUBMIT_FIELDS[field];
  const optional = required.includes('checks') ? [] : ['checks'];
  return { ...SUBMIT, parameters: object({ ...COMMON_FIELDS, ...own }, optional) };
}

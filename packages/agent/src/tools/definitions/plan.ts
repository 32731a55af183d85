import type { ToolDefinition } from '@drydock/contracts';
import { list, object, text } from './schema.ts';
import { COMMON_FIELDS, SUBMIT_FIELDS } from './submit-fields.ts';

export const UPDATE_PLAN = {
  form: 'function',
  name: 'update_plan',
  description:
    'Updates the plan that the user sees: all steps with their status, and optionally an explanation. At most one step is in_progress at a time.',
  parameters: object(
    {
      explanation: text('Why the plan changed.'),
      plan: list(
        'All steps, in order.',
        object({
          step: text('The step.'),
          status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
        }),
      ),
    },
    ['explanation'],
  ),
} as const satisfies ToolDefinition;

export const SUBMIT_PLAN = {
  form: 'function',
  name: 'submit_plan',
  description:
    'Ends the planning stage with your plan. When it is accepted you carry the plan out; in a job that changes files the workspace becomes writable then. Call it once, when you know what to do and where.',
  parameters: object(
    {
      steps: list('What you will do, in order, one short sentence per step.', text('One step.')),
      files: list(
        'Paths you expect to change or create, relative to the workspace; empty if none.',
        text('A path.'),
      ),
      checks: list(
        'Commands with which you will check the result, such as the tests; empty if none.',
        text('A command.'),
      ),
      risks: list('What could go wrong or is uncertain; empty if nothing.', text('One risk.')),
      assumptions: list(
        'What you take for granted where the task leaves it open; empty if nothing.',
        text('One assumption.'),
      ),
    },
    ['assumptions'],
  ),
} as const satisfies ToolDefinition;

/** With all that any kind of job hands in; a job is given what is for its kind (`submitFor`). */
export const SUBMIT = {
  form: 'function',
  name: 'submit',
  description:
    'Ends the job and hands in the workspace as it is now. This is the only way to finish; call it once, alone, when the work is done and checked. The tests and linters are then run again in a clean container.',
  parameters: object({ ...COMMON_FIELDS, ...SUBMIT_FIELDS }, Object.keys(SUBMIT_FIELDS)),
} as const satisfies ToolDefinition;

import type { ToolDefinition, ToolName } from '@drydock/contracts';
import { APPLY_PATCH_GRAMMAR } from './apply-patch-grammar.ts';

type Schema = Readonly<Record<string, unknown>>;

const text = (description: string): Schema => ({ type: 'string', description });
const list = (description: string, items: Schema): Schema => ({ type: 'array', description, items });

/** An object whose properties are all required, except those named. */
function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Record<string, unknown> {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

/** What a person may be asked for; only in jobs where there is one. */
const PERMISSIONS: Schema = object({
  network: {
    ...object(
      {
        enabled: { type: 'boolean', description: 'true: the network is asked for.' },
        hosts: list('Every host that has to be reached, exactly: registry.example.com.', text('A host.')),
        methods: list('Methods of plain HTTP beside GET and HEAD.', text('A method.')),
      },
      ['enabled', 'methods'],
    ),
  },
});

/** Arguments of `exec_command` in jobs where a person can be asked, as Codex models know them. */
export const APPROVAL_PARAMETERS: Readonly<Record<string, Schema>> = {
  sandbox_permissions: {
    type: 'string',
    enum: ['use_default', 'with_additional_permissions'],
    description: 'with_additional_permissions: asks a person first, for what additional_permissions names.',
  },
  additional_permissions: PERMISSIONS,
  justification: text('One question to the person who decides, when permissions are asked for.'),
};

const MAX_OUTPUT_TOKENS: Schema = {
  type: 'number',
  description:
    'Maximum number of tokens of output to return, 10000 by default. The middle is cut out of more.',
};

/**
 * The tools as the model is told of them. `exec_command`, `write_stdin`, `apply_patch` and `update_plan` have the names and arguments
 * that Codex models are trained on; `submit_plan` and `submit` are Drydock's own and say all there is to know.
 */
export const TOOL_DEFINITIONS = {
  exec_command: {
    form: 'function',
    name: 'exec_command',
    description:
      'Runs a shell command and returns its exit code and output, or a session ID to continue with write_stdin while it still runs. Set workdir instead of using cd. What a command leaves in the background is ended with it; sessions live until the job goes on to its next stage.',
    parameters: object(
      {
        cmd: text('Shell command to execute.'),
        workdir: text('Working directory of the command; the workspace by default.'),
        tty: {
          type: 'boolean',
          description: 'Leave it out: there is no terminal, programs see pipes, and true is refused.',
        },
        keep_stdin_open: {
          type: 'boolean',
          description: 'Whether stdin stays open, as a pipe, for write_stdin; false by default.',
        },
        yield_time_ms: {
          type: 'number',
          description:
            'How long to wait, in milliseconds, before a command that still runs is answered with a session ID: 250 to 30000, 10000 by default.',
        },
        max_output_tokens: MAX_OUTPUT_TOKENS,
      },
      ['workdir', 'tty', 'keep_stdin_open', 'yield_time_ms', 'max_output_tokens'],
    ),
  },
  write_stdin: {
    form: 'function',
    name: 'write_stdin',
    description:
      'Writes characters to a running session and returns its new output. Empty chars only wait for output; \\u0003 interrupts the command, \\u0004 ends its input.',
    parameters: object(
      {
        session_id: { type: 'number', description: 'The session ID that exec_command returned.' },
        chars: text('Characters to write to stdin; empty to poll.'),
        yield_time_ms: {
          type: 'number',
          description:
            'How long to wait for the end of the command, in milliseconds: up to 30000 with chars, 250 by default; 5000 to 300000 without.',
        },
        max_output_tokens: MAX_OUTPUT_TOKENS,
      },
      ['chars', 'yield_time_ms', 'max_output_tokens'],
    ),
  },
  apply_patch: {
    form: 'freeform',
    name: 'apply_patch',
    description:
      'Edits files with a patch, all or nothing. This is a FREEFORM tool: give the patch itself, not JSON. Paths are relative to the workspace.',
    grammar: { syntax: 'lark', definition: APPLY_PATCH_GRAMMAR },
  },
  update_plan: {
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
  },
  request_permissions: {
    form: 'function',
    name: 'request_permissions',
    description:
      'Asks a person to let this sandbox reach hosts for as long as it lives. The job waits for the answer. Name every host that you need, and why.',
    parameters: object({
      permissions: PERMISSIONS,
      reason: text('Why it is needed, for the person who decides.'),
    }),
  },
  submit_plan: {
    form: 'function',
    name: 'submit_plan',
    description:
      'Ends the planning stage with your plan. When it is accepted you carry the plan out; in a job that changes files the workspace becomes writable then. Call it once, when you know what to do and where.',
    parameters: object({
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
    }),
  },
  submit: {
    form: 'function',
    name: 'submit',
    description:
      'Ends the job and hands in the workspace as it is now. This is the only way to finish; call it once, alone, when the work is done and checked. The tests and linters are then run again in a clean container.',
    parameters: object({
      summary: text(
        'The result for the user: what was done and why, or the findings or explanation that was asked for.',
      ),
      changes: list(
        'Every file you changed, with the reason; empty if none.',
        object({ path: text('Path relative to the workspace.'), why: text('Why it was changed.') }),
      ),
    }),
  },
} as const satisfies Record<ToolName, ToolDefinition>;

import type { ToolDefinition } from '@drydock/contracts';
import { object, text, type Schema } from './schema.ts';

const MAX_OUTPUT_TOKENS: Schema = {
  type: 'number',
  description:
    'Maximum number of tokens of output to return, 10000 by default. The middle is cut out of more.',
};

export const EXEC_COMMAND = {
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
        description:
          'Whether the command runs on a terminal of 80 columns and 24 lines, for programs that ask for one, such as a REPL; write_stdin types into it. False by default: programs see pipes.',
      },
      keep_stdin_open: {
        type: 'boolean',
        description:
          'Whether stdin stays open, as a pipe, for write_stdin; false by default. On a terminal it always is.',
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
} as const satisfies ToolDefinition;

export const WRITE_STDIN = {
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
} as const satisfies ToolDefinition;

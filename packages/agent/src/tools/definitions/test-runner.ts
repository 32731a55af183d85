import type { ToolDefinition } from '@drydock/contracts';
import { object, text, whole } from './schema.ts';

export const RUN_TESTS = {
  form: 'function',
  name: 'run_tests',
  description:
    'Runs the tests with the commands that Drydock will verify the result with: the whole suite, one file, or tests by name. Answers with the failures first (id, file:line, message), then counts, and the number of the run for test_log.',
  parameters: object(
    {
      file: text('One test file, relative to the workspace; all of them by default.'),
      name: text('Only tests whose name contains this.'),
      timeout_seconds: whole('1 to 1800; 300 by default.'),
    },
    ['file', 'name', 'timeout_seconds'],
  ),
} as const satisfies ToolDefinition;

export const TEST_LOG = {
  form: 'function',
  name: 'test_log',
  description: 'Reads lines of all that a run of run_tests printed.',
  parameters: object(
    {
      run: whole('The number that run_tests gave.'),
      start: whole('First line, from 1; -50: the last 50 lines.'),
      lines: whole('How many, 1 to 1000; 200 by default.'),
    },
    ['start', 'lines'],
  ),
} as const satisfies ToolDefinition;

import type { ToolDefinition } from '@drydock/contracts';
import { list, object, text, whole } from './schema.ts';

export const RUN_LINTER = {
  form: 'function',
  name: 'run_linter',
  description:
    'Runs the linters that Drydock will verify the result with, over everything, and answers with their findings: file:line:column, severity, rule, message.',
  parameters: object(
    {
      paths: list('Only findings in these files or directories.', text('A path, relative to the workspace.')),
      changed_only: {
        type: 'boolean',
        description:
          'true: only findings in lines that you added or changed. Others can be yours all the same.',
      },
      timeout_seconds: whole('1 to 1800; 300 by default.'),
    },
    ['paths', 'changed_only', 'timeout_seconds'],
  ),
} as const satisfies ToolDefinition;

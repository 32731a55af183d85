import { z } from 'zod';

/** What a job may list in `tools`; a tool that is not listed does not exist for the job. */
export const ToolGroup = z.enum([
  'code_interpreter',
  'web_browser',
  'repo_browser',
  'test_runner',
  'linter',
  'deployment_sandbox',
  'retrieval',
]);
export type ToolGroup = z.infer<typeof ToolGroup>;

/** The groups that this version can serve; the others are refused with `tool_unavailable`. */
export const BUILT_TOOL_GROUPS: readonly ToolGroup[] = [
  'code_interpreter',
  'repo_browser',
  'test_runner',
  'linter',
  'deployment_sandbox',
  'web_browser',
];

/** Tools as the model calls them, in the order in which it is told of them. */
export const ToolName = z.enum([
  'exec_command',
  'write_stdin',
  'request_permissions',
  'apply_patch',
  'view_image',
  'repo_tree',
  'repo_search',
  'repo_symbols',
  'repo_history',
  'repo_blame',
  'run_tests',
  'test_log',
  'run_linter',
  'server_start',
  'server_probe',
  'server_log',
  'server_stop',
  'web_open',
  'web_follow',
  'web_read',
  'web_find',
  'update_plan',
  'submit_plan',
  'submit',
]);
export type ToolName = z.infer<typeof ToolName>;

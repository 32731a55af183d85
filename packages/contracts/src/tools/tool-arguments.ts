import type { z } from 'zod';
import { Plan, PlanUpdate } from '../plan.ts';
import { Submission } from '../submission.ts';
import { ApplyPatchArgs } from './editing.ts';
import { ViewImageArgs } from './images.ts';
import { ServerLogArgs, ServerProbeArgs, ServerStartArgs, ServerStopArgs } from './deployment-sandbox.ts';
import { RunLinterArgs } from './linter.ts';
import { RequestPermissionsArgs } from './permissions.ts';
import {
  RepoBlameArgs,
  RepoHistoryArgs,
  RepoSearchArgs,
  RepoSymbolsArgs,
  RepoTreeArgs,
} from './repo-browser.ts';
import { ExecCommandArgs, WriteStdinArgs } from './shell.ts';
import { RunTestsArgs, TestLogArgs } from './test-runner.ts';
import { WebFindArgs, WebFollowArgs, WebOpenArgs, WebReadArgs } from './web-browser.ts';
import type { ToolName } from './tool-names.ts';

/** Arguments per tool: of a freeform one its whole input. */
export const TOOL_ARGUMENTS = {
  exec_command: ExecCommandArgs,
  write_stdin: WriteStdinArgs,
  apply_patch: ApplyPatchArgs,
  view_image: ViewImageArgs,
  repo_tree: RepoTreeArgs,
  repo_search: RepoSearchArgs,
  repo_symbols: RepoSymbolsArgs,
  repo_history: RepoHistoryArgs,
  repo_blame: RepoBlameArgs,
  run_tests: RunTestsArgs,
  test_log: TestLogArgs,
  run_linter: RunLinterArgs,
  server_start: ServerStartArgs,
  server_probe: ServerProbeArgs,
  server_log: ServerLogArgs,
  server_stop: ServerStopArgs,
  web_open: WebOpenArgs,
  web_follow: WebFollowArgs,
  web_read: WebReadArgs,
  web_find: WebFindArgs,
  update_plan: PlanUpdate,
  request_permissions: RequestPermissionsArgs,
  submit_plan: Plan,
  submit: Submission,
} as const satisfies Record<ToolName, z.ZodType>;

/** Parsed arguments of a tool. */
export type ToolArguments<Name extends ToolName> = z.output<(typeof TOOL_ARGUMENTS)[Name]>;

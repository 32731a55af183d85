import type { ToolDefinition, ToolName } from '@drydock/contracts';
import { APPLY_PATCH } from './definitions/editing.ts';
import { VIEW_IMAGE } from './definitions/images.ts';
import { REQUEST_PERMISSIONS } from './definitions/permissions.ts';
import { SERVER_LOG, SERVER_PROBE, SERVER_START, SERVER_STOP } from './definitions/deployment-sandbox.ts';
import { RUN_LINTER } from './definitions/linter.ts';
import { SUBMIT, SUBMIT_PLAN, UPDATE_PLAN } from './definitions/plan.ts';
import {
  REPO_BLAME,
  REPO_HISTORY,
  REPO_SEARCH,
  REPO_SYMBOLS,
  REPO_TREE,
} from './definitions/repo-browser.ts';
import { EXEC_COMMAND, WRITE_STDIN } from './definitions/shell.ts';
import { WEB_FIND, WEB_FOLLOW, WEB_OPEN, WEB_READ } from './definitions/web-browser.ts';
import { RUN_TESTS, TEST_LOG } from './definitions/test-runner.ts';

/**
 * The tools as the model is told of them. `exec_command`, `write_stdin`, `apply_patch` and `update_plan` have the names and arguments
 * that Codex models are trained on; `submit_plan` and `submit` are Drydock's own and say all there is to know.
 */
export const TOOL_DEFINITIONS = {
  exec_command: EXEC_COMMAND,
  write_stdin: WRITE_STDIN,
  request_permissions: REQUEST_PERMISSIONS,
  apply_patch: APPLY_PATCH,
  view_image: VIEW_IMAGE,
  repo_tree: REPO_TREE,
  repo_search: REPO_SEARCH,
  repo_symbols: REPO_SYMBOLS,
  repo_history: REPO_HISTORY,
  repo_blame: REPO_BLAME,
  run_tests: RUN_TESTS,
  test_log: TEST_LOG,
  run_linter: RUN_LINTER,
  server_start: SERVER_START,
  server_probe: SERVER_PROBE,
  server_log: SERVER_LOG,
  server_stop: SERVER_STOP,
  web_open: WEB_OPEN,
  web_follow: WEB_FOLLOW,
  web_read: WEB_READ,
  web_find: WEB_FIND,
  update_plan: UPDATE_PLAN,
  submit_plan: SUBMIT_PLAN,
  submit: SUBMIT,
} as const satisfies Record<ToolName, ToolDefinition>;

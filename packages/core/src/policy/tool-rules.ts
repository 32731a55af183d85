import type { CallForm, JobKind, Stage, ToolGroup, ToolName } from '@drydock/contracts';
import { changesFiles } from '../job/changes-files.ts';

export interface ToolRule {
  /** The group that a job must list to have the tool; `null`: every job has it. */
  readonly group: ToolGroup | null;
  readonly stages: readonly Stage[];
  /** How it is offered. */
  readonly form: CallForm;
  /** Whether a call in the other form is understood too: models that know functions alone make those. */
  readonly anyForm?: true;
  /** What it may do to the workspace: nothing, whatever the code that it runs does, or edits, in jobs that make them. */
  readonly effect: 'none' | 'runs_code' | 'edits';
}

const BOTH = ['planning', 'running'] as const;

/** Which tool exists when. Missing rules deny. */
export const TOOL_RULES: Readonly<Record<ToolName, ToolRule>> = {
  exec_command: { group: 'code_interpreter', stages: BOTH, form: 'function', effect: 'runs_code' },
  write_stdin: { group: 'code_interpreter', stages: BOTH, form: 'function', effect: 'runs_code' },
  request_permissions: { group: 'code_interpreter', stages: BOTH, form: 'function', effect: 'none' },
  apply_patch: {
    group: 'code_interpreter',
    stages: ['running'],
    form: 'freeform',
    anyForm: true,
    effect: 'edits',
  },
  view_image: { group: 'code_interpreter', stages: BOTH, form: 'function', effect: 'none' },
  repo_tree: { group: 'repo_browser', stages: BOTH, form: 'function', effect: 'none' },
  repo_search: { group: 'repo_browser', stages: BOTH, form: 'function', effect: 'none' },
  repo_symbols: { group: 'repo_browser', stages: BOTH, form: 'function', effect: 'none' },
  repo_history: { group: 'repo_browser', stages: BOTH, form: 'function', effect: 'none' },
  repo_blame: { group: 'repo_browser', stages: BOTH, form: 'function', effect: 'none' },
  run_tests: { group: 'test_runner', stages: BOTH, form: 'function', effect: 'runs_code' },
  test_log: { group: 'test_runner', stages: BOTH, form: 'function', effect: 'none' },
  run_linter: { group: 'linter', stages: BOTH, form: 'function', effect: 'runs_code' },
  server_start: { group: 'deployment_sandbox', stages: BOTH, form: 'function', effect: 'runs_code' },
  server_probe: { group: 'deployment_sandbox', stages: BOTH, form: 'function', effect: 'runs_code' },
  server_log: { group: 'deployment_sandbox', stages: BOTH, form: 'function', effect: 'none' },
  server_stop: { group: 'deployment_sandbox', stages: BOTH, form: 'function', effect: 'runs_code' },
  web_open: { group: 'web_browser', stages: BOTH, form: 'function', effect: 'none' },
  web_follow: { group: 'web_browser', stages: BOTH, form: 'function', effect: 'none' },
  web_read: { group: 'web_browser', stages: BOTH, form: 'function', effect: 'none' },
  web_find: { group: 'web_browser', stages: BOTH, form: 'function', effect: 'none' },
  update_plan: { group: null, stages: ['running'], form: 'function', effect: 'none' },
  submit_plan: { group: null, stages: ['planning'], form: 'function', effect: 'none' },
  submit: { group: null, stages: ['running'], form: 'function', effect: 'none' },
};

export interface ToolContext {
  readonly kind: JobKind;
  readonly stage: Stage;
  readonly listed: readonly ToolGroup[];
}

/** Why a tool does not exist for a job in a stage; undefined where it does. */
export function findToolObstacle(
  { group, stages, effect }: ToolRule,
  { kind, stage, listed }: ToolContext,
): 'tool_not_listed' | 'read_only_job' | 'not_in_stage' | undefined {
  if (group !== null && !listed.includes(group)) return 'tool_not_listed';
  if (effect === 'edits' && !changesFiles(kind)) return 'read_only_job';
  return stages.includes(stage) ? undefined : 'not_in_stage';
}

import type { JobKind, Stage, ToolCall, ToolGroup } from '@drydock/contracts';
import { ToolName } from '@drydock/contracts';
import { changesFiles } from '../job/changes-files.ts';

/** A verdict with its reason; the caller only obeys. */
export type PolicyDecision =
  | { readonly verdict: 'allow'; readonly reason: 'listed'; readonly tool: ToolName }
  | { readonly verdict: 'deny'; readonly reason: DenyReason; readonly message: string };

export const DENY_REASONS = [
  'unknown_tool',
  'tool_not_listed',
  'read_only_job',
  'not_in_stage',
  'wrong_form',
] as const;
export type DenyReason = (typeof DENY_REASONS)[number];

interface ToolRule {
  /** The group that a job must list to have the tool; `null`: every job has it. */
  readonly group: ToolGroup | null;
  readonly stages: readonly Stage[];
  readonly form: ToolCall['form'];
  /** Whether it exists only in jobs that change files. */
  readonly writes?: true;
}

/** Which tool exists when. Missing rules deny. */
const TOOL_RULES = {
  exec_command: { group: 'code_interpreter', stages: ['planning', 'running'], form: 'function' },
  write_stdin: { group: 'code_interpreter', stages: ['planning', 'running'], form: 'function' },
  apply_patch: { group: 'code_interpreter', stages: ['running'], form: 'freeform', writes: true },
  update_plan: { group: null, stages: ['running'], form: 'function' },
  request_permissions: { group: 'code_interpreter', stages: ['planning', 'running'], form: 'function' },
  submit_plan: { group: null, stages: ['planning'], form: 'function' },
  submit: { group: null, stages: ['running'], form: 'function' },
} as const satisfies Record<ToolName, ToolRule>;

interface ToolCallContext {
  readonly kind: JobKind;
  readonly stage: Stage;
  readonly listed: readonly ToolGroup[];
}

const deny = (reason: DenyReason, message: string): PolicyDecision => ({ verdict: 'deny', reason, message });

/** Decides whether a tool call of the model may be forwarded. Pure; the worker asks it before every call. */
export function decideToolCall(
  call: Pick<ToolCall, 'name' | 'form'>,
  context: ToolCallContext,
): PolicyDecision {
  const name = ToolName.safeParse(call.name);
  if (!name.success) {
    return deny(
      'unknown_tool',
      `There is no tool named ${JSON.stringify(call.name)}. Use one of the tools you were given.`,
    );
  }
  const rule: ToolRule = TOOL_RULES[name.data];
  if (rule.group !== null && !context.listed.includes(rule.group)) {
    return deny('tool_not_listed', `This job does not have the tool ${name.data}.`);
  }
  if (rule.writes && !changesFiles(context.kind)) {
    return deny('read_only_job', `A job of kind ${context.kind} has no ${name.data}: it changes no file.`);
  }
  if (!rule.stages.includes(context.stage)) {
    return deny('not_in_stage', notInStage(name.data, context.stage));
  }
  if (rule.form !== call.form) {
    return deny('wrong_form', `${name.data} is a ${rule.form} tool; call it as one.`);
  }
  return { verdict: 'allow', reason: 'listed', tool: name.data };
}

function notInStage(tool: ToolName, stage: Stage): string {
  return stage === 'planning'
    ? `${tool} is not available while you plan: the workspace is read-only. Call submit_plan first.`
    : `${tool} is not available any more: your plan was accepted. Change it with update_plan and end with submit.`;
}

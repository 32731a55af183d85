import type { ToolCall } from '@drydock/contracts';
import { ToolName } from '@drydock/contracts';
import { TOOL_RULES, findToolObstacle } from './tool-rules.ts';
import type { ToolContext } from './tool-rules.ts';

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

const deny = (reason: DenyReason, message: string): PolicyDecision => ({ verdict: 'deny', reason, message });

/** Decides whether a tool call of the model may be forwarded. Pure; the worker asks it before every call. */
export function decideToolCall(call: Pick<ToolCall, 'name' | 'form'>, context: ToolContext): PolicyDecision {
  const name = ToolName.safeParse(call.name);
  if (!name.success) {
    return deny(
      'unknown_tool',
      `There is no tool named ${JSON.stringify(call.name)}. Use one of the tools you were given.`,
    );
  }
  const tool = name.data;
  const rule = TOOL_RULES[tool];
  const obstacle = findToolObstacle(rule, context);
  if (obstacle !== undefined) return deny(obstacle, OBSTACLES[obstacle](tool, context));
  if (rule.form !== call.form && rule.anyForm !== true)
    return deny('wrong_form', `${tool} is a ${rule.form} tool; call it as one.`);
  return { verdict: 'allow', reason: 'listed', tool };
}

const OBSTACLES = {
  tool_not_listed: (tool: ToolName) => `This job does not have the tool ${tool}.`,
  read_only_job: (tool: ToolName, { kind }: ToolContext) =>
    `A job of kind ${kind} has no ${tool}: it changes no file.`,
  not_in_stage: (tool: ToolName, { stage }: ToolContext) =>
    stage === 'planning'
      ? `${tool} is not available while you plan: the workspace is read-only. Call submit_plan first.`
      : `${tool} is not available any more: your plan was accepted. Change it with update_plan and end with submit.`,
};

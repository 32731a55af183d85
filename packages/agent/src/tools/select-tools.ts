import type { AgentStart, Stage, ToolDefinition, ToolName } from '@drydock/contracts';
import { changesFiles } from '@drydock/core';
import { TOOL_DEFINITIONS } from './definitions.ts';

const PLANNING: readonly ToolName[] = ['exec_command', 'write_stdin', 'submit_plan'];
const RUNNING: readonly ToolName[] = ['exec_command', 'write_stdin', 'apply_patch', 'update_plan', 'submit'];
const NEEDS_CODE_INTERPRETER: readonly ToolName[] = ['exec_command', 'write_stdin', 'apply_patch'];

/** The tools that the model is given in a stage of this job. The worker decides over every call all the same. */
export function selectTools(stage: Stage, job: Pick<AgentStart, 'kind' | 'tools'>): ToolDefinition[] {
  return (stage === 'planning' ? PLANNING : RUNNING)
    .filter((name) => job.tools.includes('code_interpreter') || !NEEDS_CODE_INTERPRETER.includes(name))
    .filter((name) => name !== 'apply_patch' || changesFiles(job.kind))
    .map((name) => TOOL_DEFINITIONS[name]);
}

import type { AgentStart, JobKind, Stage, ToolDefinition, ToolName } from '@drydock/contracts';
import { TOOL_DEFINITIONS } from './definitions.ts';

const PLANNING: readonly ToolName[] = ['exec_command', 'write_stdin', 'submit_plan'];
const RUNNING: readonly ToolName[] = ['exec_command', 'write_stdin', 'apply_patch', 'update_plan', 'submit'];
const NEEDS_CODE_INTERPRETER: readonly ToolName[] = ['exec_command', 'write_stdin', 'apply_patch'];
/** Their result is what they say, not a patch. */
const READING_KINDS: readonly JobKind[] = ['review', 'explain'];

/** The tools that the model is given in a stage of this job. The worker decides over every call all the same. */
export function selectTools(stage: Stage, job: Pick<AgentStart, 'kind' | 'tools'>): ToolDefinition[] {
  return (stage === 'planning' ? PLANNING : RUNNING)
    .filter((name) => job.tools.includes('code_interpreter') || !NEEDS_CODE_INTERPRETER.includes(name))
    .filter((name) => name !== 'apply_patch' || !READING_KINDS.includes(job.kind))
    .map((name) => TOOL_DEFINITIONS[name]);
}

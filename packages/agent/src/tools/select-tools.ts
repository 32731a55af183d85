import type { AgentStart, Stage, ToolDefinition, ToolName } from '@drydock/contracts';
import { changesFiles } from '@drydock/core';
import { APPROVAL_PARAMETERS, TOOL_DEFINITIONS } from './definitions.ts';

const PLANNING: readonly ToolName[] = ['exec_command', 'write_stdin', 'request_permissions', 'submit_plan'];
const RUNNING: readonly ToolName[] = [
  'exec_command',
  'write_stdin',
  'request_permissions',
  'apply_patch',
  'update_plan',
  'submit',
];
const NEEDS_CODE_INTERPRETER: readonly ToolName[] = [
  'exec_command',
  'write_stdin',
  'request_permissions',
  'apply_patch',
];

/** The tools that the model is given in a stage of this job. The worker decides over every call all the same. */
export function selectTools(
  stage: Stage,
  job: Pick<AgentStart, 'kind' | 'tools' | 'network'>,
): ToolDefinition[] {
  const canAsk = job.network?.canAsk === true;
  return (stage === 'planning' ? PLANNING : RUNNING)
    .filter((name) => job.tools.includes('code_interpreter') || !NEEDS_CODE_INTERPRETER.includes(name))
    .filter((name) => name !== 'apply_patch' || changesFiles(job.kind))
    .filter((name) => name !== 'request_permissions' || canAsk)
    .map((name) => (name === 'exec_command' && canAsk ? ASKING_EXEC : TOOL_DEFINITIONS[name]));
}

/** `exec_command` where there is a person to ask. */
const ASKING_EXEC: ToolDefinition = {
  ...TOOL_DEFINITIONS.exec_command,
  parameters: {
    ...TOOL_DEFINITIONS.exec_command.parameters,
    properties: { ...propertiesOf(TOOL_DEFINITIONS.exec_command.parameters), ...APPROVAL_PARAMETERS },
  },
};

function propertiesOf({ properties }: Readonly<Record<string, unknown>>): object {
  return typeof properties === 'object' && properties !== null ? properties : {};
}

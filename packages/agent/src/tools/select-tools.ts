import type { AgentStart, Stage, ToolDefinition } from '@drydock/contracts';
import { ToolName } from '@drydock/contracts';
import { TOOL_RULES, findToolObstacle } from '@drydock/core';
import { TOOL_DEFINITIONS } from './definitions.ts';
import { APPROVAL_PARAMETERS } from './definitions/permissions.ts';
import { submitFor } from './submit-for.ts';

/** The tools that the model is given in a stage of this job. The worker decides over every call all the same. */
export function selectTools(
  stage: Stage,
  job: Pick<AgentStart, 'kind' | 'tools' | 'network' | 'isBlind'>,
): ToolDefinition[] {
  const canAsk = job.network?.canAsk === true;
  const context = { kind: job.kind, stage, listed: job.tools };
  return ToolName.options
    .filter((name) => findToolObstacle(TOOL_RULES[name], context) === undefined)
    .filter((name) => name !== 'request_permissions' || canAsk)
    .filter((name) => name !== 'view_image' || job.isBlind !== true)
    .map((name) => {
      if (name === 'submit') return submitFor(job.kind);
      return name === 'exec_command' && canAsk ? ASKING_EXEC : TOOL_DEFINITIONS[name];
    });
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

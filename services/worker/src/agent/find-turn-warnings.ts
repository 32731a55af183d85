import type { JobSpec, Warning } from '@drydock/contracts';
import type { ModelParameter, ModelTurn } from '@drydock/core';

type Asked = Pick<JobSpec, 'model' | 'temperature' | 'max_tokens' | 'system_prompt'>;

/**
 * What the caller of a job should know of a turn: parameters that did not reach the model as they were asked for, and
 * tokens that were only estimated. Nobody asked for a default, so that it is not worth a warning.
 */
export function findTurnWarnings(
  asked: Asked,
  turn: Pick<ModelTurn, 'notTaken' | 'usageEstimated'>,
): Warning[] {
  const { model } = asked;
  const notTaken = {
    temperature: asked.temperature !== undefined && {
      code: 'temperature_ignored' as const,
      message: `The model ${model} takes no temperature; it was not sent.`,
    },
    max_tokens: {
      code: 'max_tokens_adjusted' as const,
      message: `The model ${model} does not take max_tokens as they are asked for here; its own limit of a turn counts.`,
    },
    system_prompt: asked.system_prompt !== undefined && {
      code: 'system_prompt_as_user' as const,
      message: `The model ${model} takes no system prompt; it was sent as words of the user.`,
    },
  } satisfies Record<ModelParameter, Warning | false>;
  const estimated = {
    code: 'usage_estimated' as const,
    message: `The model server reports no usage; tokens and cost are estimated from bytes.`,
  };
  return [...turn.notTaken.map((parameter) => notTaken[parameter]), turn.usageEstimated && estimated].filter(
    (warning) => warning !== false,
  );
}

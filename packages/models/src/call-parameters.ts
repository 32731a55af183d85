import type { ModelParameter, ModelRequest } from '@drydock/core';
import type { WireCall } from './wire.ts';

/** The Responses API refuses less, and nothing can be said in less. */
const MIN_OUTPUT_TOKENS = 16;

/** What a call is sent besides its conversation; what its model does not take is absent. */
export interface CallParameters {
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly effort?: string;
  readonly cacheKey?: string;
}

export function parametersOf({ request, capabilities }: WireCall): CallParameters {
  const { temperature, maxOutputTokens, cacheKey } = request;
  const effort = findEffort({ request, capabilities });
  const most = capabilities.max_output_tokens ?? Infinity;
  return {
    ...(capabilities.temperature && temperature !== undefined ? { temperature } : {}),
    ...(capabilities.max_tokens
      ? { maxOutputTokens: Math.min(Math.max(maxOutputTokens, MIN_OUTPUT_TOKENS), most) }
      : {}),
    ...(effort === undefined ? {} : { effort }),
    ...(capabilities.prompt_cache_key ? { cacheKey } : {}),
  };
}

/** An effort that the model does not have is left out, not sent to be refused. */
function findEffort({ request, capabilities }: WireCall): string | undefined {
  const wished = request.reasoningEffort ?? capabilities.default_reasoning_effort;
  return capabilities.reasoning_efforts.find((effort) => effort === wished);
}

/** The parameters of a request that do not reach the model as they were asked for. */
export function findNotTaken(call: WireCall): readonly ModelParameter[] {
  const sent = parametersOf(call);
  const { temperature, maxOutputTokens }: ModelRequest = call.request;
  return [
    ...(temperature !== sent.temperature ? (['temperature'] as const) : []),
    ...(maxOutputTokens !== sent.maxOutputTokens ? (['max_tokens'] as const) : []),
    ...(call.capabilities.system_role === 'user' ? (['system_prompt'] as const) : []),
  ];
}

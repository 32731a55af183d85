import type { Usage } from '@drydock/contracts';
import type {
  Response,
  ResponseCustomToolCall,
  ResponseFunctionToolCall,
  ResponseOutputMessage,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import { toCallId } from './call-id.ts';
import type { Cue } from './find-answer.ts';
import type { Scene } from './scene.ts';
import { phaseOf, usageOf } from './scene.ts';
import type { ReplyItem } from './transcript.ts';
import type { WireRequest } from './wire-request.ts';

/** Of a type of the SDK, so that a departure from it does not compile; the SDK itself makes `output_text`. */
export type WireResponse = Omit<Response, 'output_text' | 'output'> & { output: OutputItem[] };
export type OutputItem =
  | ResponseOutputMessage
  | ResponseReasoningItem
  | (ResponseFunctionToolCall & { id: string })
  | (ResponseCustomToolCall & { id: string });

/** The finished response of a cue. Model and metadata say that it is scripted. */
export function buildResponse(scene: Scene<WireRequest>): WireResponse {
  const { name, request, cue, nowMs } = scene;
  const { end } = cue.answer;
  const output = buildOutput(scene);
  return {
    id: `resp_${name}_${cue.step}`,
    object: 'response',
    created_at: Math.floor(nowMs / 1_000),
    status: end === 'completed' ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: end === 'completed' ? null : { reason: end },
    access_programs: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: { scripted: 'true' },
    model: `scripted/${name}`,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    temperature: request.temperature ?? 1,
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools,
    top_p: request.top_p ?? 1,
    truncation: 'disabled',
    usage: toWireUsage(usageOf(scene, output)),
  };
}

function buildOutput({ name, request, cue }: Scene<WireRequest>): OutputItem[] {
  const isEncrypted = request.include?.includes('reasoning.encrypted_content') === true;
  return cue.answer.reply.map((item, index) => {
    const at = { key: `${name}_${cue.step}_${index}`, callId: toCallId(name, cue.step, index) };
    if ('call' in item) return buildCall(item, at);
    if ('reasoning' in item) return buildReasoning(item, at.key, isEncrypted);
    return buildMessage(item, at.key, cue);
  });
}

function buildMessage(
  item: Extract<ReplyItem, { text: string } | { refusal: string }>,
  key: string,
  cue: Cue,
): ResponseOutputMessage {
  const id = `msg_${key}`;
  const shared = { type: 'message', id, status: 'completed', role: 'assistant' } as const;
  if ('refusal' in item) return { ...shared, content: [{ type: 'refusal', refusal: item.refusal }] };
  const content = { type: 'output_text', text: item.text, annotations: [], logprobs: [] } as const;
  return {
    ...shared,
    phase: item.phase ?? phaseOf(cue),
    content: [{ ...content, annotations: [], logprobs: [] }],
  };
}

/** The encrypted content is what a client has to send back. */
export const encryptedOf = ({ reasoning, encrypted }: Extract<ReplyItem, { reasoning: string }>): string =>
  encrypted ?? `scripted:${Buffer.from(reasoning).toString('base64')}`;

function buildReasoning(
  item: Extract<ReplyItem, { reasoning: string }>,
  key: string,
  isEncrypted: boolean,
): ResponseReasoningItem {
  return {
    type: 'reasoning',
    id: `rs_${key}`,
    summary: [{ type: 'summary_text', text: item.reasoning }],
    ...(isEncrypted ? { encrypted_content: encryptedOf(item) } : {}),
  };
}

function buildCall(
  item: Extract<ReplyItem, { call: string }>,
  { key, callId }: { key: string; callId: string },
): OutputItem {
  const shared = { call_id: callId, name: item.call };
  if ('input' in item) return { type: 'custom_tool_call', id: `ctc_${key}`, ...shared, input: item.input };
  return {
    type: 'function_call',
    id: `fc_${key}`,
    status: 'completed',
    ...shared,
    arguments: argumentsOf(item),
  };
}

/** Arguments written as an object are sent as JSON text, arguments written as text as they are. */
export function argumentsOf({ args }: Extract<ReplyItem, { args: unknown }>): string {
  return typeof args === 'string' ? args : JSON.stringify(args);
}

function toWireUsage(usage: Usage): NonNullable<Response['usage']> {
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: { cached_tokens: usage.cached_input_tokens, cache_write_tokens: 0 },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: usage.reasoning_tokens },
    total_tokens: usage.input_tokens + usage.output_tokens,
  };
}

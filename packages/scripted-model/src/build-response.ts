import type { Usage } from '@drydock/contracts';
import { toCallId } from './call-id.ts';
import type { Cue } from './find-answer.ts';
import type { ReplyItem } from './transcript.ts';
import type { WireRequest } from './wire-request.ts';

interface WireMessage {
  readonly type: 'message';
  readonly id: string;
  readonly status: 'in_progress' | 'completed';
  readonly role: 'assistant';
  readonly phase: 'commentary' | 'final_answer';
  readonly content: readonly WireText[];
}
interface WireText {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations: readonly never[];
  readonly logprobs: readonly never[];
}
interface WireFunctionCall {
  readonly type: 'function_call';
  readonly id: string;
  readonly status: 'in_progress' | 'completed';
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
}
interface WireCustomCall {
  readonly type: 'custom_tool_call';
  readonly id: string;
  readonly status: 'in_progress' | 'completed';
  readonly call_id: string;
  readonly name: string;
  readonly input: string;
}
export type OutputItem = WireMessage | WireFunctionCall | WireCustomCall;

/** A response as the API answers it, finished. */
export type WireResponse = ReturnType<typeof buildResponse>;

interface Scene {
  readonly name: string;
  readonly request: WireRequest;
  readonly cue: Cue;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The finished response of a cue. Model and metadata say that it is scripted. */
export function buildResponse(scene: Scene) {
  const { name, request, cue, nowMs } = scene;
  const output = buildOutput(name, cue);
  return {
    id: `resp_${name}_${cue.step}`,
    object: 'response' as const,
    created_at: Math.floor(nowMs / 1_000),
    status: 'completed' as const,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: { scripted: 'true' },
    model: `scripted/${name}`,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    store: false,
    temperature: request.temperature ?? 1,
    tool_choice: 'auto',
    tools: request.tools,
    top_p: request.top_p ?? 1,
    truncation: 'disabled',
    usage: toWireUsage(cue.answer.usage ?? estimateUsage(request, output)),
  };
}

function buildOutput(name: string, { step, answer }: Cue): OutputItem[] {
  const phase = answer.reply.some((item) => 'call' in item) ? 'commentary' : 'final_answer';
  return answer.reply.map((item, index) => {
    const at = { key: `${name}_${step}_${index}`, callId: toCallId(name, step, index) };
    return 'text' in item ? buildMessage(item.text, at.key, phase) : buildCall(item, at);
  });
}

function buildMessage(text: string, key: string, phase: WireMessage['phase']): WireMessage {
  const content: WireText[] = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return { type: 'message', id: `msg_${key}`, status: 'completed', role: 'assistant', phase, content };
}

function buildCall(
  item: Extract<ReplyItem, { call: string }>,
  { key, callId }: { key: string; callId: string },
): WireFunctionCall | WireCustomCall {
  const shared = { status: 'completed' as const, call_id: callId, name: item.call };
  if ('input' in item) return { type: 'custom_tool_call', id: `ctc_${key}`, ...shared, input: item.input };
  const args = typeof item.args === 'string' ? item.args : JSON.stringify(item.args);
  return { type: 'function_call', id: `fc_${key}`, ...shared, arguments: args };
}

/** Four bytes a token, as Codex counts. */
function estimateUsage({ instructions, input, tools }: WireRequest, output: readonly OutputItem[]): Usage {
  const toTokens = (value: unknown): number => Math.ceil(Buffer.byteLength(JSON.stringify(value)) / 4);
  return {
    input_tokens: toTokens({ instructions, input, tools }),
    cached_input_tokens: 0,
    output_tokens: toTokens(output),
    reasoning_tokens: 0,
  };
}

function toWireUsage(usage: Usage) {
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: { cached_tokens: usage.cached_input_tokens, cache_write_tokens: 0 },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: usage.reasoning_tokens },
    total_tokens: usage.input_tokens + usage.output_tokens,
  };
}

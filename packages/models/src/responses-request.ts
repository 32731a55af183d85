import type { ToolCall, ToolDefinition, TranscriptItem } from '@drydock/contracts';
import type {
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  Tool,
} from 'openai/resources/responses/responses';
import type { ReasoningEffort } from 'openai/resources/shared';
import { parametersOf } from './call-parameters.ts';
import { findWrapped, toFunctionTool, wrapInput } from './freeform-as-function.ts';
import type { Capabilities } from './models-file.ts';
import { toDataUrl } from './to-data-url.ts';
import type { WireCall } from './wire.ts';

type Message = Extract<TranscriptItem, { type: 'message' }>;
type Reasoning = Extract<TranscriptItem, { type: 'reasoning' }>;
type ToolOutput = Extract<TranscriptItem, { type: 'tool_output' }>;
type Phase = 'commentary' | 'final_answer';

/**
 * The body of `POST /v1/responses`. Nothing is stored at the server: every request carries the whole transcript, and
 * begins with the bytes of the request before.
 */
export function toResponsesRequest(call: WireCall): ResponseCreateParamsStreaming {
  const { request, capabilities } = call;
  const { temperature, maxOutputTokens, effort, cacheKey } = parametersOf(call);
  return {
    model: request.model,
    stream: true,
    store: false,
    instructions: request.instructions,
    input: request.transcript.flatMap((item) => toInputItem(item, capabilities)),
    tools: request.tools.map((tool) => toTool(tool, findWrapped(request.tools, capabilities))),
    parallel_tool_calls: capabilities.parallel_tools,
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...(cacheKey === undefined ? {} : { prompt_cache_key: cacheKey }),
    ...(capabilities.encrypted_reasoning ? { include: ['reasoning.encrypted_content'] } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { reasoning: { effort: effort as ReasoningEffort } }),
  };
}

function toInputItem(item: TranscriptItem, capabilities: Capabilities): ResponseInputItem[] {
  switch (item.type) {
    case 'message':
      return [toMessage(item, capabilities)];
    case 'reasoning':
      return toReasoning(item);
    case 'tool_call':
      return [toCall(item.call, capabilities)];
    case 'tool_output':
      return [toOutput(item, capabilities)];
  }
}

function toMessage({ role, text, phase }: Message, capabilities: Capabilities): ResponseInputItem {
  const sentRole = role === 'developer' ? capabilities.system_role : role;
  // The phase is the server's own word, sent back as it came even where this SDK does not know it yet.
  const kept = phase === undefined || !capabilities.phase ? {} : { phase: phase as Phase };
  return { type: 'message', role: sentRole, content: text, ...kept };
}

/**
 * Without its content, encrypted or plain, a reasoning item is only a reference to something that was never stored;
 * without an id it is from the other API.
 */
function toReasoning({ id, summary, content, encryptedContent }: Reasoning): ResponseInputItem[] {
  if (id === '' || (encryptedContent === undefined && content === undefined)) return [];
  return [
    {
      type: 'reasoning',
      id,
      summary: summary.map((text) => ({ type: 'summary_text', text })),
      ...(content === undefined
        ? {}
        : { content: content.map((text) => ({ type: 'reasoning_text' as const, text })) }),
      ...(encryptedContent === undefined ? {} : { encrypted_content: encryptedContent }),
    },
  ];
}

function toCall(
  { callId, name, input, form }: ToolCall,
  { freeform_tools }: Capabilities,
): ResponseInputItem {
  if (form === 'freeform' && freeform_tools)
    return { type: 'custom_tool_call', call_id: callId, name, input };
  const args = form === 'freeform' ? wrapInput(input) : input;
  return { type: 'function_call', call_id: callId, name, arguments: args };
}

function toOutput(
  { callId, form, output, image }: ToolOutput,
  { freeform_tools }: Capabilities,
): ResponseInputItem {
  const isCustom = form === 'freeform' && freeform_tools;
  const type = isCustom ? 'custom_tool_call_output' : 'function_call_output';
  const url = image && toDataUrl(image);
  if (url === undefined) return { type, call_id: callId, output };
  const shown = { type: 'input_image' as const, detail: image?.detail ?? 'auto', image_url: url };
  return { type, call_id: callId, output: [{ type: 'input_text', text: output }, shown] };
}

function toTool(tool: ToolDefinition, wrapped: ReadonlySet<string>): Tool {
  const sent = tool.form === 'freeform' && wrapped.has(tool.name) ? toFunctionTool(tool) : tool;
  const { name, description } = sent;
  return sent.form === 'function'
    ? { type: 'function', name, description, parameters: sent.parameters, strict: false }
    : { type: 'custom', name, description, format: { type: 'grammar', ...sent.grammar } };
}

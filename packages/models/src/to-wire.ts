import type { ToolCall, ToolDefinition, TranscriptItem } from '@drydock/contracts';
import type { ModelRequest } from '@drydock/core';
import type {
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  Tool,
} from 'openai/resources/responses/responses';
import { findCapabilities } from './capabilities.ts';

type Message = Extract<TranscriptItem, { type: 'message' }>;
type Reasoning = Extract<TranscriptItem, { type: 'reasoning' }>;
type ToolOutput = Extract<TranscriptItem, { type: 'tool_output' }>;
type Phase = 'commentary' | 'final_answer';

/** The real API refuses less. */
const MIN_OUTPUT_TOKENS = 16;

/** The body of `POST /v1/responses`. Nothing is stored at the server: every request carries the whole transcript. */
export function toWire(request: ModelRequest): ResponseCreateParamsStreaming {
  const capabilities = findCapabilities(request.model);
  return {
    model: request.model,
    stream: true,
    store: false,
    instructions: request.instructions,
    input: request.transcript.flatMap(toInputItem),
    tools: request.tools.map(toTool),
    parallel_tool_calls: true,
    max_output_tokens: Math.max(request.maxOutputTokens, MIN_OUTPUT_TOKENS),
    prompt_cache_key: request.cacheKey,
    ...(capabilities.encryptedReasoning ? { include: ['reasoning.encrypted_content'] } : {}),
    ...(capabilities.temperature && request.temperature !== undefined
      ? { temperature: request.temperature }
      : {}),
  };
}

/** Whether the request wished for a temperature that its model does not take. */
export function ignoresTemperature({ model, temperature }: ModelRequest): boolean {
  return temperature !== undefined && !findCapabilities(model).temperature;
}

function toInputItem(item: TranscriptItem): ResponseInputItem[] {
  switch (item.type) {
    case 'message':
      return [toMessage(item)];
    case 'reasoning':
      return toReasoning(item);
    case 'tool_call':
      return [toCall(item.call)];
    case 'tool_output':
      return [toOutput(item)];
  }
}

function toMessage({ role, text, phase }: Message): ResponseInputItem {
  // The phase is the server's own word, sent back as it came even where this SDK does not know it yet.
  return { type: 'message', role, content: text, ...(phase === undefined ? {} : { phase: phase as Phase }) };
}

/** Without its encrypted content a reasoning item is only a reference to something that was never stored. */
function toReasoning({ id, summary, encryptedContent }: Reasoning): ResponseInputItem[] {
  if (encryptedContent === undefined) return [];
  return [
    {
      type: 'reasoning',
      id,
      summary: summary.map((text) => ({ type: 'summary_text', text })),
      encrypted_content: encryptedContent,
    },
  ];
}

function toCall({ callId, name, input, form }: ToolCall): ResponseInputItem {
  return form === 'function'
    ? { type: 'function_call', call_id: callId, name, arguments: input }
    : { type: 'custom_tool_call', call_id: callId, name, input };
}

function toOutput({ callId, form, output, image }: ToolOutput): ResponseInputItem {
  const type = form === 'function' ? 'function_call_output' : 'custom_tool_call_output';
  if (image?.data === undefined) return { type, call_id: callId, output };
  const { mediaType, data, detail = 'auto' } = image;
  const shown = { type: 'input_image' as const, detail, image_url: `data:${mediaType};base64,${data}` };
  return { type, call_id: callId, output: [{ type: 'input_text', text: output }, shown] };
}

function toTool(tool: ToolDefinition): Tool {
  const { name, description } = tool;
  return tool.form === 'function'
    ? { type: 'function', name, description, parameters: tool.parameters, strict: false }
    : { type: 'custom', name, description, format: { type: 'grammar', ...tool.grammar } };
}

import type { ToolCall, ToolDefinition, TranscriptItem } from '@drydock/contracts';
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionContentPartImage,
  ChatCompletionContentPartText,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
  ChatCompletionTool,
} from 'openai/resources/chat/completions';
import type { ReasoningEffort } from 'openai/resources/shared';
import { parametersOf } from './call-parameters.ts';
import { findWrapped, toFunctionTool, wrapInput } from './freeform-as-function.ts';
import type { Capabilities } from './models-file.ts';
import { toDataUrl } from './to-data-url.ts';
import type { WireCall } from './wire.ts';

/** `reasoning_content` is of compatible servers only. */
type AssistantMessage = ChatCompletionAssistantMessageParam & { reasoning_content?: string };

/** The body of `POST /v1/chat/completions`. What one turn of the model was becomes one message again. */
export function toChatRequest(call: WireCall): ChatCompletionCreateParamsStreaming {
  const { request, capabilities } = call;
  const { temperature, maxOutputTokens, effort, cacheKey } = parametersOf(call);
  const tools = request.tools.map((tool) => toTool(tool, findWrapped(request.tools, capabilities)));
  return {
    model: request.model,
    stream: true,
    messages: toMessages(call),
    ...(capabilities.stream_usage ? { stream_options: { include_usage: true } } : {}),
    ...(tools.length === 0 ? {} : { tools }),
    // Parallel calls are what the API does unless told; servers refuse the field beside no tools.
    ...(tools.length === 0 || capabilities.parallel_tools ? {} : { parallel_tool_calls: false }),
    ...(maxOutputTokens === undefined ? {} : { [capabilities.max_tokens_field]: maxOutputTokens }),
    ...(cacheKey === undefined ? {} : { prompt_cache_key: cacheKey }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { reasoning_effort: effort as ReasoningEffort }),
  };
}

function toMessages({ request, capabilities }: WireCall): ChatCompletionMessageParam[] {
  const messages: ChatCompletionMessageParam[] = [];
  if (request.instructions !== '')
    messages.push({ role: capabilities.system_role, content: request.instructions });
  let images: ImagePart[] = [];
  for (const item of request.transcript) {
    if (item.type !== 'tool_output') images = showImages(messages, images);
    if (isOfModel(item)) addToTurn(openTurn(messages), item, capabilities);
    else messages.push(toMessage(item, capabilities));
    if (item.type === 'tool_output') images.push(...toImageParts(item));
  }
  showImages(messages, images);
  return messages.map(closeTurn);
}

type ImagePart = ChatCompletionContentPartText | ChatCompletionContentPartImage;

/** Outputs of tools are text here; images come behind all outputs of a turn, in a message that says whose they are. */
function showImages(messages: ChatCompletionMessageParam[], images: readonly ImagePart[]): ImagePart[] {
  if (images.length > 0) messages.push({ role: 'user', content: [...images] });
  return [];
}

function toImageParts({ callId, image }: Extract<TranscriptItem, { type: 'tool_output' }>): ImagePart[] {
  const url = image && toDataUrl(image);
  if (url === undefined) return [];
  // "original" is of the other API.
  const detail = image?.detail === 'low' || image?.detail === 'high' ? image.detail : 'auto';
  return [
    { type: 'text', text: `The image of call ${callId}:` },
    { type: 'image_url', image_url: { url, detail } },
  ];
}

type OfModel = Exclude<TranscriptItem, { type: 'tool_output' }>;

const isOfModel = (item: TranscriptItem): item is OfModel =>
  item.type === 'reasoning' ||
  item.type === 'tool_call' ||
  (item.type === 'message' && item.role === 'assistant');

/** The assistant's message at the end, or a new one. */
function openTurn(messages: ChatCompletionMessageParam[]): AssistantMessage {
  const last = messages.at(-1);
  if (last?.role === 'assistant') return last;
  const opened: AssistantMessage = { role: 'assistant', content: null };
  messages.push(opened);
  return opened;
}

function addToTurn(turn: AssistantMessage, item: OfModel, capabilities: Capabilities): void {
  switch (item.type) {
    case 'message':
      turn.content = typeof turn.content === 'string' ? `${turn.content}\n\n${item.text}` : item.text;
      return;
    case 'tool_call':
      turn.tool_calls = [...(turn.tool_calls ?? []), toCall(item.call, capabilities)];
      return;
    case 'reasoning':
      if (capabilities.reasoning_content && item.content !== undefined)
        turn.reasoning_content = (turn.reasoning_content ?? '') + item.content.join('');
  }
}

/** A message needs content or calls: a turn of reasoning alone has neither. */
function closeTurn(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if (message.role !== 'assistant' || message.tool_calls !== undefined) return message;
  return { ...message, content: message.content ?? '' };
}

function toMessage(
  item: Extract<TranscriptItem, { type: 'tool_output' | 'message' }>,
  { system_role }: Capabilities,
): ChatCompletionMessageParam {
  if (item.type === 'tool_output') return { role: 'tool', tool_call_id: item.callId, content: item.output };
  return { role: item.role === 'developer' ? system_role : 'user', content: item.text };
}

function toCall(
  { callId: id, name, input, form }: ToolCall,
  { freeform_tools }: Capabilities,
): ChatCompletionMessageToolCall {
  if (form === 'freeform' && freeform_tools) return { id, type: 'custom', custom: { name, input } };
  const args = form === 'freeform' ? wrapInput(input) : input;
  return { id, type: 'function', function: { name, arguments: args } };
}

function toTool(tool: ToolDefinition, wrapped: ReadonlySet<string>): ChatCompletionTool {
  const sent = tool.form === 'freeform' && wrapped.has(tool.name) ? toFunctionTool(tool) : tool;
  const { name, description } = sent;
  return sent.form === 'function'
    ? { type: 'function', function: { name, description, parameters: sent.parameters } }
    : { type: 'custom', custom: { name, description, format: { type: 'grammar', grammar: sent.grammar } } };
}

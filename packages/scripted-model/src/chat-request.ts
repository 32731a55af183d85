import type { ChatCompletionCreateParamsBase } from 'openai/resources/chat/completions';
import { z } from 'zod';
import type { AsJson, KnownTo } from './as-json.ts';
import type { Spoken, Item } from './spoken.ts';
import { CallId, ToolName, findUnpaired } from './spoken.ts';
import type { WireError } from './wire-error.ts';

const Call = z.discriminatedUnion('type', [
  z.strictObject({
    id: CallId,
    type: z.literal('function'),
    function: z.strictObject({ name: ToolName, arguments: z.string() }),
  }),
  z.strictObject({
    id: CallId,
    type: z.literal('custom'),
    custom: z.strictObject({ name: ToolName, input: z.string() }),
  }),
]);
type Call = z.infer<typeof Call>;

const Message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('developer'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
  z
    .strictObject({
      role: z.literal('assistant'),
      content: z.string().nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(Call).min(1).optional(),
      /** Of compatible servers. */
      reasoning_content: z.string().optional(),
    })
    .refine(({ content, refusal, tool_calls: calls }) => typeof (content ?? refusal) === 'string' || calls, {
      error: 'has neither content nor calls',
    }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: CallId, content: z.string() }),
]);
type Message = z.infer<typeof Message>;

const Tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: ToolName,
      description: z.string().optional(),
      parameters: z.looseObject({ type: z.literal('object') }).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
  z.strictObject({
    type: z.literal('custom'),
    custom: z.strictObject({
      name: ToolName,
      description: z.string().optional(),
      format: z
        .union([
          z.strictObject({ type: z.literal('text') }),
          z.strictObject({
            type: z.literal('grammar'),
            grammar: z.strictObject({ syntax: z.enum(['lark', 'regex']), definition: z.string().min(1) }),
          }),
        ])
        .optional(),
    }),
  }),
]);

/** `POST /v1/chat/completions`; any field that the API does not have is refused. */
const ChatRequest = z
  .strictObject({
    model: z.string(),
    messages: z.array(Message).min(1),
    stream: z.boolean().nullish(),
    stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
    tools: z.array(Tool).min(1).max(128).optional(),
    parallel_tool_calls: z.boolean().optional(),
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    prompt_cache_key: z.string().nullish(),
    reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    store: z.boolean().nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullish(),
    tool_choice: z.enum(['none', 'auto', 'required']).optional(),
    user: z.string().optional(),
  })
  .refine(({ stream, stream_options: options }) => stream || !options, {
    error: 'stream_options is only for streams',
  })
  .refine(({ tools, parallel_tool_calls: parallel }) => tools || parallel === undefined, {
    error: 'parallel_tool_calls is only allowed beside tools',
  });

type Body = z.infer<typeof ChatRequest>;

/** A request of Chat Completions, also in the words of the Responses API. */
export interface ChatRequest extends Spoken {
  readonly wantsUsage: boolean;
}

/** Reads a body: either a request, or why it is none. */
export function parseChatRequest(body: string): ChatRequest | WireError {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { status: 400, code: 'invalid_json', message: 'The body is not JSON.' };
  }
  const parsed = ChatRequest.safeParse(json);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error));
  // Compiles only while every request that is taken here is one by the types of the SDK.
  parsed.data as AsJson<Body> satisfies KnownTo<Body, ChatCompletionCreateParamsBase>;
  const { model, messages, stream, stream_options: options, tools = [], prompt_cache_key } = parsed.data;
  const input = toItems(messages);
  const fault = findStray(messages) ?? findUnpaired(input);
  if (fault !== undefined) return refuse(fault);
  const names = tools.map((tool) => ({
    name: tool.type === 'custom' ? tool.custom.name : tool.function.name,
  }));
  return {
    model,
    stream,
    input,
    tools: names,
    prompt_cache_key,
    wantsUsage: options?.include_usage === true,
  };
}

const refuse = (fault: string): WireError => ({
  status: 400,
  code: 'invalid_request',
  message: `Not a request of the Chat Completions API: ${fault}`,
});

/** Outputs stand right behind the message with their calls. */
function findStray(messages: readonly Message[]): string | undefined {
  const at = messages.findIndex((message, index) => {
    const before = messages[index - 1];
    if (message.role !== 'tool') return false;
    return before?.role !== 'tool' && !(before?.role === 'assistant' && before.tool_calls);
  });
  return at === -1 ? undefined : `messages[${at}] of role tool does not follow a message with tool_calls.`;
}

function toItems(messages: readonly Message[]): Item[] {
  const customIds = new Set<string>();
  return messages.flatMap((message): Item[] => {
    if (message.role === 'tool') {
      const type = customIds.has(message.tool_call_id) ? 'custom_tool_call_output' : 'function_call_output';
      return [{ type, call_id: message.tool_call_id, output: message.content }];
    }
    if (message.role !== 'assistant') return [{ type: 'message', ...message }];
    const { content, refusal, tool_calls: calls = [] } = message;
    for (const call of calls) if (call.type === 'custom') customIds.add(call.id);
    const words = content || refusal;
    return [
      ...(words ? [{ type: 'message' as const, role: 'assistant' as const, content: words }] : []),
      ...calls.map(toCallItem),
    ];
  });
}

function toCallItem(call: Call): Item {
  return call.type === 'custom'
    ? { type: 'custom_tool_call', call_id: call.id, ...call.custom }
    : { type: 'function_call', call_id: call.id, ...call.function };
}

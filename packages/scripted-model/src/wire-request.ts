import { z } from 'zod';
import type { WireError } from './wire-error.ts';

const CallId = z.string().min(1).max(64);
const Content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.enum(['input_text', 'output_text', 'refusal', 'input_image']) })),
]);

/** Text, or text with images. */
const ToolOutput = z.union([
  z.string(),
  z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('input_text'), text: z.string() }),
      z.strictObject({
        type: z.literal('input_image'),
        detail: z.enum(['auto', 'low', 'high', 'original']).nullish(),
        image_url: z.string().regex(/^data:image\/(?:png|jpeg|gif|webp);base64,/),
      }),
    ]),
  ),
]);

const Item = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('message'),
    role: z.enum(['developer', 'system', 'user', 'assistant']),
    content: Content,
    phase: z.enum(['commentary', 'final_answer']).nullish(),
  }),
  z.looseObject({
    type: z.literal('reasoning'),
    id: z.string(),
    summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })),
    encrypted_content: z.string().nullish(),
  }),
  z.looseObject({
    type: z.literal('function_call'),
    call_id: CallId,
    name: z.string().min(1),
    arguments: z.string(),
  }),
  z.looseObject({
    type: z.literal('custom_tool_call'),
    call_id: CallId,
    name: z.string().min(1),
    input: z.string(),
  }),
  z.looseObject({ type: z.literal('function_call_output'), call_id: CallId, output: ToolOutput }),
  z.looseObject({ type: z.literal('custom_tool_call_output'), call_id: CallId, output: ToolOutput }),
]);
export type Item = z.infer<typeof Item>;
type Call = Extract<Item, { type: 'function_call' | 'custom_tool_call' }>;
type Output = Extract<Item, { type: 'function_call_output' | 'custom_tool_call_output' }>;

/** A message may leave its type out. */
const InputItem = z.preprocess(
  (item) =>
    typeof item === 'object' && item !== null && 'role' in item ? { type: 'message', ...item } : item,
  Item,
);

const ToolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const Tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: ToolName,
    description: z.string().nullish(),
    parameters: z.looseObject({ type: z.literal('object') }).nullable(),
    strict: z.boolean().nullish(),
  }),
  z.strictObject({
    type: z.literal('custom'),
    name: ToolName,
    description: z.string().optional(),
    format: z
      .union([
        z.strictObject({ type: z.literal('text') }),
        z.strictObject({
          type: z.literal('grammar'),
          syntax: z.enum(['lark', 'regex']),
          definition: z.string().min(1),
        }),
      ])
      .optional(),
  }),
]);

const ignored = z.unknown().optional();

/**
 * `POST /v1/responses` as far as a server without memory can serve it: whatever would need stored state
 * (`previous_response_id`, `background`, …) is refused, as is any field that the API does not have.
 */
const WireRequest = z.strictObject({
  model: z.string(),
  input: z.union([
    z.string().transform((content): Item[] => [{ type: 'message', role: 'user', content }]),
    z.array(InputItem).min(1),
  ]),
  instructions: z.string().nullish(),
  tools: z.array(Tool).max(128).default([]),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  include: z.array(z.literal('reasoning.encrypted_content')).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  prompt_cache_key: z.string().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  metadata: ignored,
  reasoning: ignored,
  safety_identifier: ignored,
  service_tier: ignored,
  text: ignored,
  tool_choice: ignored,
  truncation: ignored,
  user: ignored,
});
export type WireRequest = z.infer<typeof WireRequest>;

/** Reads a body: either a request, or why it is none. */
export function parseWireRequest(body: string): WireRequest | WireError {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { status: 400, code: 'invalid_json', message: 'The body is not JSON.' };
  }
  const parsed = WireRequest.safeParse(json);
  const fault = parsed.success ? findUnpaired(parsed.data.input) : z.prettifyError(parsed.error);
  if (parsed.success && fault === undefined) return parsed.data;
  return { status: 400, code: 'invalid_request', message: `Not a request of the Responses API: ${fault}` };
}

export const isCall = (item: Item): item is Call =>
  item.type === 'function_call' || item.type === 'custom_tool_call';
export const isOutput = (item: Item): item is Output =>
  item.type === 'function_call_output' || item.type === 'custom_tool_call_output';

/** The API takes no call without its output and no output without its call, each in the other's form. */
function findUnpaired(input: readonly Item[]): string | undefined {
  const open = new Map<string, string>();
  for (const item of input) {
    if (isCall(item)) open.set(item.call_id, `${item.type}_output`);
    if (!isOutput(item)) continue;
    if (open.get(item.call_id) !== item.type) return `No tool call found for ${item.type} ${item.call_id}.`;
    open.delete(item.call_id);
  }
  const [unanswered] = open.keys();
  return unanswered === undefined ? undefined : `No tool output found for call ${unanswered}.`;
}

import { z } from 'zod';

/** The API takes no longer id of a call. */
export const CallId = z.string().min(1).max(64);
export const ToolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const Part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  z.strictObject({
    type: z.literal('input_image'),
    image_url: z.string(),
    detail: z.enum(['low', 'high', 'auto', 'original']),
  }),
]);

/** An item of a conversation, as the Responses API takes it. */
export const Item = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message'),
    role: z.enum(['developer', 'system', 'user', 'assistant']),
    content: z.union([z.string(), z.array(Part).min(1)]),
    phase: z.enum(['commentary', 'final_answer']).nullish(),
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: z.string().min(1),
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
    content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })).optional(),
    encrypted_content: z.string().nullish(),
  }),
  z.strictObject({
    type: z.literal('function_call'),
    id: z.string().optional(),
    call_id: CallId,
    name: ToolName,
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal('custom_tool_call'),
    id: z.string().optional(),
    call_id: CallId,
    name: ToolName,
    input: z.string(),
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    call_id: CallId,
    output: z.union([z.string(), z.array(Part).min(1)]),
  }),
  z.strictObject({
    type: z.literal('custom_tool_call_output'),
    call_id: CallId,
    output: z.union([z.string(), z.array(Part).min(1)]),
  }),
]);
export type Item = z.infer<typeof Item>;
type Call = Extract<Item, { type: 'function_call' | 'custom_tool_call' }>;
type Output = Extract<Item, { type: 'function_call_output' | 'custom_tool_call_output' }>;

/** What a request of either API says, in the words of the Responses API. */
export interface Spoken {
  readonly model: string;
  readonly stream?: boolean | null | undefined;
  readonly instructions?: string | null | undefined;
  readonly input: readonly Item[];
  readonly tools: readonly { readonly name: string }[];
  readonly prompt_cache_key?: string | null | undefined;
}

export const isCall = (item: Item): item is Call =>
  item.type === 'function_call' || item.type === 'custom_tool_call';
export const isOutput = (item: Item): item is Output =>
  item.type === 'function_call_output' || item.type === 'custom_tool_call_output';

/** The text of an output; images have none. */
export function readOutput({ output }: Output): string {
  if (typeof output === 'string') return output;
  return output
    .map((part) => (part.type === 'input_text' ? part.text : `[${part.image_url.split(',', 1)[0]}]`))
    .join('\n');
}

/** The APIs take no call without its output and no output without its call, each in the other's form. */
export function findUnpaired(input: readonly Item[]): string | undefined {
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

import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { z } from 'zod';
import type { AsJson, KnownTo } from './as-json.ts';
import { Item, ToolName, findUnpaired } from './spoken.ts';
import type { WireError } from './wire-error.ts';

/** A message may leave its type out. */
const InputItem = z.preprocess(
  (item) =>
    typeof item === 'object' && item !== null && 'role' in item ? { type: 'message', ...item } : item,
  Item,
);

const Tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: ToolName,
    description: z.string().nullish(),
    parameters: z.looseObject({ type: z.literal('object') }).nullable(),
    strict: z.boolean().nullable().default(null),
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
  max_output_tokens: z.int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullish(),
  tool_choice: z.enum(['none', 'auto', 'required']).optional(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  user: z.string().optional(),
});
export type WireRequest = AsJson<z.infer<typeof WireRequest>>;

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
  if (parsed.success && fault === undefined) {
    // Compiles only while every request that is taken here is one by the types of the SDK.
    const request = parsed.data as WireRequest;
    return request satisfies KnownTo<WireRequest, ResponseCreateParamsBase>;
  }
  return { status: 400, code: 'invalid_request', message: `Not a request of the Responses API: ${fault}` };
}

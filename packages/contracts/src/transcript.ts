import { z } from 'zod';

/** How a tool is called on the wire: JSON arguments, or raw text. */
export const CallForm = z.enum(['function', 'freeform']);
export type CallForm = z.infer<typeof CallForm>;

/** What a model asks for. `input` is raw: JSON text of a function, the text itself of a freeform tool. */
export const ToolCall = z.object({
  callId: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  input: z.string(),
  form: CallForm,
});
export type ToolCall = z.infer<typeof ToolCall>;

/** How closely a model looks at an image. */
export const ImageDetail = z.enum(['auto', 'low', 'high', 'original']);

/** An image that a tool found. */
export const ToolImage = z.object({
  mediaType: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
  bytes: z.int().positive(),
  /** SHA-256, hexadecimal. */
  sha256: z.string(),
  detail: ImageDetail.optional(),
  /** Base64; absent in what people read. */
  data: z.base64().optional(),
});
export type ToolImage = z.infer<typeof ToolImage>;

/**
 * One entry of the transcript: the append-only record of what the model was shown and what it answered.
 * Assistant items keep `phase` and encrypted reasoning, because a model's quality drops when they are not sent back.
 */
export const TranscriptItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    role: z.enum(['developer', 'user', 'assistant']),
    text: z.string(),
    phase: z.string().optional(),
  }),
  z.object({
    type: z.literal('reasoning'),
    id: z.string(),
    summary: z.array(z.string()),
    encryptedContent: z.string().optional(),
    /** The reasoning itself, where a server shows it. */
    content: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('tool_call'), call: ToolCall }),
  z.object({
    type: z.literal('tool_output'),
    callId: z.string(),
    form: CallForm,
    output: z.string(),
    /** Shown to the model behind the text. Only the worker adds one. */
    image: ToolImage.optional(),
  }),
]);
export type TranscriptItem = z.infer<typeof TranscriptItem>;

/**
 * Tokens of one or more model calls, as the model API reports them: cached input is part of input, reasoning of output.
 * `cost_usd` is null where no price is known, and absent in records of versions that did not count it: a default would
 * change checkpoints that they signed.
 */
export const Usage = z.object({
  input_tokens: z.int().nonnegative(),
  cached_input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  reasoning_tokens: z.int().nonnegative(),
  cost_usd: z.number().nonnegative().nullable().optional(),
});
export type Usage = z.infer<typeof Usage>;

/**
 * One line of `transcript.jsonl`: an item in the order in which it was said, or a mark between items. A conversation can
 * be rebuilt from its lines, and a run replayed: all that the model said stands there as it was.
 */
export const TranscriptLine = z.discriminatedUnion('type', [
  ...TranscriptItem.options,
  /** The model's answer ends here: what stands before it, up to the last line that is not the model's, is one turn. */
  z.object({
    type: z.literal('turn_ended'),
    turn: z.int().positive(),
    status: z.enum(['completed', 'incomplete', 'refused']),
    usage: Usage,
  }),
  /** From here on the model was shown these items in the place of all before. */
  z.object({ type: z.literal('compacted'), items: z.array(TranscriptItem) }),
]);
export type TranscriptLine = z.infer<typeof TranscriptLine>;

import { z } from 'zod';

const Words = z.string().nullish();
/** Text, or the parts of one. */
const Content = z.union([
  Words,
  z
    .array(z.looseObject({ text: z.string().optional() }))
    .transform((parts) => parts.map(({ text = '' }) => text).join('')),
]);
/** JSON text; some servers send the object itself. */
const Arguments = z.union([
  Words,
  z.record(z.string(), z.unknown()).transform((object) => JSON.stringify(object)),
]);

const CallDelta = z.object({
  index: z.int().min(0).max(1_000).nullish(),
  id: Words,
  function: z.object({ name: Words, arguments: Arguments }).partial().nullish(),
  custom: z.object({ name: Words, input: Words }).partial().nullish(),
});
export type CallDelta = z.infer<typeof CallDelta>;

const Tokens = z.int().nonnegative().nullish();
const ChatUsage = z.object({
  prompt_tokens: z.int().nonnegative(),
  completion_tokens: z.int().nonnegative(),
  prompt_tokens_details: z.object({ cached_tokens: Tokens }).partial().nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: Tokens }).partial().nullish(),
  /** Of DeepSeek's API. */
  prompt_cache_hit_tokens: Tokens,
});
export type ChatUsage = z.infer<typeof ChatUsage>;

const Choice = z.object({
  index: z.int().nullish(),
  delta: z
    .object({
      content: Content,
      refusal: Words,
      reasoning_content: Words,
      /** The name that other servers have for it. */
      reasoning: Words,
      tool_calls: z.array(CallDelta).max(1_000).nullish(),
    })
    .partial()
    .nullish(),
  finish_reason: Words,
});
export type Choice = z.infer<typeof Choice>;

/** One chunk of a streamed chat completion, as lenient as servers are sloppy; what is unknown is passed over. */
export const ChatChunk = z.object({
  choices: z.array(Choice).max(100).nullish(),
  usage: ChatUsage.nullish(),
});
export type ChatChunk = z.infer<typeof ChatChunk>;

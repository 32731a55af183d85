import { z } from 'zod';

const Pattern = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9*][A-Za-z0-9._:/*-]*$/, 'is not a name with *');
const Patterns = z.array(Pattern).min(1).max(100);
const Tokens = z.int().positive();
const Dollars = z.number().min(0).max(100_000);

/** What a model takes on the wire. docs/models.md says what every field means. */
export const Capabilities = z.strictObject({
  api: z.enum(['responses', 'chat']),
  context_window: Tokens.optional(),
  max_input_tokens: Tokens.optional(),
  max_output_tokens: Tokens.optional(),
  temperature: z.boolean(),
  max_tokens: z.boolean(),
  max_tokens_field: z.enum(['max_tokens', 'max_completion_tokens']),
  freeform_tools: z.boolean(),
  parallel_tools: z.boolean(),
  vision: z.boolean(),
  reasoning_efforts: z.array(z.string().min(1).max(20)).max(10),
  default_reasoning_effort: z.string().min(1).max(20).optional(),
  encrypted_reasoning: z.boolean(),
  reasoning_content: z.boolean(),
  phase: z.boolean(),
  prompt_cache_key: z.boolean(),
  system_role: z.enum(['developer', 'system', 'user']),
  stream_usage: z.boolean(),
});
export type Capabilities = z.infer<typeof Capabilities>;

/** What is taken of a model that no row says more about: what most compatible servers take. */
export const UNKNOWN_MODEL: Capabilities = {
  api: 'responses',
  temperature: true,
  max_tokens: true,
  max_tokens_field: 'max_tokens',
  freeform_tools: false,
  parallel_tools: true,
  vision: false,
  reasoning_efforts: [],
  encrypted_reasoning: true,
  reasoning_content: false,
  phase: true,
  prompt_cache_key: false,
  system_role: 'system',
  stream_usage: true,
};

const Rates = z.strictObject({ input: Dollars, cached_input: Dollars, output: Dollars });

const ModelRow = Capabilities.partial().extend({ match: Patterns });
export type ModelRow = z.infer<typeof ModelRow>;

const PriceRow = Rates.extend({
  match: Patterns,
  long_context: Rates.extend({ above_input_tokens: Tokens }).optional(),
  /** A day on which this price was in effect, YYYY-MM-DD. */
  effective: z.iso.date(),
  source: z.string().min(1).max(500),
});
export type PriceRow = z.infer<typeof PriceRow>;

/** The form of `data/models.yaml` and of an operator's file. */
export const ModelsFile = z.strictObject({
  models: z.array(ModelRow).max(1_000).default([]),
  prices: z.array(PriceRow).max(1_000).default([]),
});
export type ModelsFile = z.infer<typeof ModelsFile>;

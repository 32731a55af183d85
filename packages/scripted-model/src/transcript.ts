import { Usage } from '@drydock/contracts';
import { z } from 'zod';

const Text = z.string().min(1).max(900_000);
const Texts = z.array(Text).max(50);

/** What the latest tool outputs must contain, all of it. */
const Outputs = z.strictObject({ last_output_contains: Texts.default([]) });

/** What a request must bring for a step to be played; anything else is a departure. */
const Expectation = Outputs.extend({
  /** Names of tools that must be offered. */
  tools_include: Texts.default([]),
});

/**
 * One item of a reply: words, a function call or a freeform call. Arguments written as an object are sent as JSON
 * text, arguments written as text as they are; lines of input are joined.
 */
const ReplyItem = z.union([
  z.strictObject({ text: Text }),
  z.strictObject({ call: Text, args: z.union([z.record(z.string(), z.unknown()), z.string()]) }),
  z.strictObject({
    call: Text,
    input: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join('\n'))]),
  }),
]);
export type ReplyItem = z.infer<typeof ReplyItem>;

const ReplyUsage = Usage.extend({
  cached_input_tokens: Usage.shape.cached_input_tokens.default(0),
  reasoning_tokens: Usage.shape.reasoning_tokens.default(0),
}).strict();

const Answer = z.strictObject({
  reply: z.array(ReplyItem).min(1).max(20),
  /** What the server reports; absent: estimated from the bytes of request and reply. */
  usage: ReplyUsage.optional(),
  /** How long the answer takes, milliseconds. */
  delay_ms: z.int().min(0).max(60_000).default(0),
});
export type Answer = z.infer<typeof Answer>;

/** Alternatives of one step: the first whose `when` holds is played. A branch without `when` holds always. */
const Branch = Answer.extend({ when: Outputs.optional() });

const Step = z.union([
  Answer.extend({ expect: Expectation.optional() }),
  z.strictObject({ expect: Expectation.optional(), branches: z.array(Branch).min(1).max(20) }),
]);
export type Step = z.infer<typeof Step>;

/** A written conversation, one step per turn of the model. */
export const Transcript = z.strictObject({
  /** The model is `scripted/<name>`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  steps: z.array(Step).min(1).max(300),
});
export type Transcript = z.infer<typeof Transcript>;

import { Usage } from '@drydock/contracts';
import { z } from 'zod';

const Text = z.string().min(1).max(900_000);
const Texts = z.array(Text).max(50);

/** What the latest tool outputs must contain, all of it. */
const Outputs = z.strictObject({ last_output_contains: Texts.default([]) });

/** What a request must bring for a step to be played; anything else is a departure. */
const Expectation = Outputs.extend({
  /** What people or the platform must have said since the last turn, all of it. */
  said_contains: Texts.default([]),
  /** Names of tools that must be offered. */
  tools_include: Texts.default([]),
  /** What must come back exactly as it was answered: the reasoning of the last step, a phase on every message. */
  returned: z
    .array(z.enum(['reasoning', 'phase']))
    .max(2)
    .default([]),
});

/**
 * One item of a reply: words, reasoning, a refusal, a function call or a freeform call. Arguments written as an object are sent as JSON
 * text, arguments written as text as they are; lines of input are joined.
 */
const ReplyItem = z.union([
  /** The phase is made up where none is written: `commentary` beside calls, else `final_answer`. */
  z.strictObject({ text: Text, phase: z.enum(['commentary', 'final_answer']).optional() }),
  /** Encrypted content is sent where it is asked for; Chat Completions has the words as `reasoning_content`. */
  z.strictObject({ reasoning: Text, encrypted: Text.optional() }),
  z.strictObject({ refusal: Text }),
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

/** What goes wrong once, before a step is answered: an HTTP error, or a stream that does not end well. */
const Failure = z.union([
  z.strictObject({
    status: z.int().min(400).max(599),
    code: Text.nullable().default(null),
    message: Text,
    /** The header `Retry-After`, seconds or a date. */
    retry_after: Text.optional(),
  }),
  z.strictObject({
    /** `failed`, `error`: the server says so; `cut`: the connection is; `unfinished`: ends; `silent`: does nothing. */
    stream: z.enum(['failed', 'error', 'cut', 'unfinished', 'silent']),
    code: Text.default('server_error'),
    message: Text.default('This failure is scripted.'),
  }),
]);
export type Failure = z.infer<typeof Failure>;

const Answer = z.strictObject({
  reply: z.array(ReplyItem).max(70),
  /** How the answer ends: whole, or cut by the limit of output or by a filter. */
  end: z.enum(['completed', 'max_output_tokens', 'content_filter']).default('completed'),
  /** Played one by one, a request each, before the answer. */
  failures: z.array(Failure).max(50).default([]),
  /** What the server reports; absent: estimated from the bytes of request and reply. */
  usage: ReplyUsage.optional(),
  /** How long the answer takes, milliseconds. */
  delay_ms: z.int().min(0).max(60_000).default(0),
});
export type Answer = z.infer<typeof Answer>;

const hasSomething = ({ reply, end }: Pick<Answer, 'reply' | 'end'>): boolean =>
  reply.length > 0 || end !== 'completed';
const NOTHING = 'A completed answer has a reply';

/** Alternatives of one step: the first whose `when` holds is played. A branch without `when` holds always. */
const Branch = Answer.extend({ when: Outputs.optional() }).refine(hasSomething, NOTHING);

const Step = z.union([
  Answer.extend({ expect: Expectation.optional() }).refine(hasSomething, NOTHING),
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

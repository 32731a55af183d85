import type { ToolCall } from '@drydock/contracts';
import { TranscriptItem, Usage } from '@drydock/contracts';
import type { ModelTurn } from '@drydock/core';
import { DrydockError, NO_USAGE } from '@drydock/core';
import type {
  Response,
  ResponseOutputItem,
  ResponseOutputMessage,
} from 'openai/resources/responses/responses';

/** How a stream ended: the server's last word and the items it had marked as done by then. */
export interface WireAnswer {
  readonly response: Pick<Response, 'status' | 'incomplete_details' | 'usage'>;
  readonly output: readonly ResponseOutputItem[];
}

/** The text of a turn must fit one frame (1 MiB) after it is escaped. */
const MAX_SHOWN_BYTES = 900_000;
/** With encrypted reasoning; every item is sent back in every later turn. */
const MAX_TURN_BYTES = 4 << 20;
const MAX_CALLS = 64;

type Answered = Omit<ModelTurn, 'temperatureIgnored'>;

/** Reads an answer. Throws `model_error` where it is not of the shape that the API promises, or too large. */
export function fromWire(answer: WireAnswer): Answered {
  try {
    return readAnswer(answer);
  } catch (cause) {
    if (cause instanceof DrydockError) throw cause;
    // The SDK checks no shapes: what a server leaves out or mistypes shows here, as a TypeError or a ZodError.
    throw unusable('something that is not of the shape of a response', cause);
  }
}

function readAnswer({ response, output }: WireAnswer): Answered {
  const whole = response.status === 'incomplete' ? dropCutItems(output) : output;
  const items = TranscriptItem.array().parse(whole.map(toItem).filter((item) => item !== undefined));
  const turn = {
    items,
    text: items.flatMap((item) => (item.type === 'message' ? [item.text] : [])).join('\n\n'),
    toolCalls: items.flatMap((item) => (item.type === 'tool_call' ? [item.call] : [])),
    status: toStatus({ response, output }),
    usage: toUsage(response.usage, items),
  };
  assertBounded(turn);
  return turn;
}

/**
 * The last item of an incomplete answer is where it was cut. A cut call cannot be run and an unanswered one cannot be
 * sent back; reasoning may not be sent back without the item it led to. Text is of use however short.
 */
function dropCutItems(output: readonly ResponseOutputItem[]): readonly ResponseOutputItem[] {
  const end = isCall(output.at(-1)) ? output.length - 1 : output.length;
  return output.slice(0, output.slice(0, end).findLastIndex((item) => item.type !== 'reasoning') + 1);
}

const isCall = (item: ResponseOutputItem | undefined): boolean =>
  item?.type === 'function_call' || item?.type === 'custom_tool_call';

/** Other kinds of items come only from tools that Drydock never offers; they are no part of the transcript. */
function toItem(item: ResponseOutputItem): TranscriptItem | undefined {
  if (item.type === 'message') return toMessage(item);
  if (item.type === 'function_call') return toCall(item, { form: 'function', input: item.arguments });
  if (item.type === 'custom_tool_call') return toCall(item, { form: 'freeform', input: item.input });
  if (item.type !== 'reasoning') return undefined;
  return {
    type: 'reasoning',
    id: item.id,
    summary: item.summary.map(({ text }) => text),
    ...(typeof item.encrypted_content === 'string' ? { encryptedContent: item.encrypted_content } : {}),
  };
}

function toMessage({ content, phase }: ResponseOutputMessage): TranscriptItem {
  const text = content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('');
  return { type: 'message', role: 'assistant', text, ...(typeof phase === 'string' ? { phase } : {}) };
}

function toCall(
  { call_id: callId, name }: { call_id: string; name: string },
  how: Pick<ToolCall, 'form' | 'input'>,
): TranscriptItem {
  return { type: 'tool_call', call: { callId, name, ...how } };
}

function toStatus({ response, output }: WireAnswer): ModelTurn['status'] {
  const refused = output.some(
    (item) => item.type === 'message' && item.content.some((part) => part.type === 'refusal'),
  );
  if (refused || response.incomplete_details?.reason === 'content_filter') return 'refused';
  return response.status === 'incomplete' ? 'incomplete' : 'completed';
}

/** A server that reports nothing is charged for what it sent, about four bytes a token: budgets hold for it too. */
function toUsage(usage: Response['usage'] | null, items: readonly TranscriptItem[]): Usage {
  if (!usage) return { ...NO_USAGE, output_tokens: Math.ceil(sizeOf(items) / 4) };
  // Compatible servers leave the details out.
  const input: Partial<typeof usage.input_tokens_details> | undefined = usage.input_tokens_details;
  const output: Partial<typeof usage.output_tokens_details> | undefined = usage.output_tokens_details;
  return Usage.parse({
    input_tokens: usage.input_tokens,
    cached_input_tokens: input?.cached_tokens ?? 0,
    output_tokens: usage.output_tokens,
    reasoning_tokens: output?.reasoning_tokens ?? 0,
  });
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function assertBounded({ items, text, toolCalls }: Pick<ModelTurn, 'items' | 'text' | 'toolCalls'>): void {
  const shown = sizeOf(text);
  if (shown > MAX_SHOWN_BYTES)
    throw unusable(`${shown} bytes, more than the ${MAX_SHOWN_BYTES} that are taken`);
  const kept = sizeOf(items);
  if (kept > MAX_TURN_BYTES)
    throw unusable(`${kept} bytes in one turn, more than the ${MAX_TURN_BYTES} that are kept`);
  if (toolCalls.length > MAX_CALLS) throw unusable(`${toolCalls.length} tool calls in one turn`);
}

function unusable(what: string, cause?: unknown): DrydockError {
  return new DrydockError('model_error', { message: `The model server answered with ${what}.`, cause });
}

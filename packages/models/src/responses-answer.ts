import type { ToolCall, TranscriptItem } from '@drydock/contracts';
import { Usage } from '@drydock/contracts';
import type {
  Response,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import { readShape } from './bad-answer.ts';
import { finishTurn } from './finish-turn.ts';
import { findWrapped, unwrapInput } from './freeform-as-function.ts';
import type { WireCall, WireTurn } from './wire.ts';

/** How a stream ended: the server's last word and the items it had marked as done by then. */
export interface ResponsesAnswer {
  readonly response: Pick<Response, 'status' | 'incomplete_details' | 'usage'>;
  readonly output: readonly ResponseOutputItem[];
}

/** Reads an answer. Throws `model_bad_answer` where it is not of the shape that the API promises, or too large. */
export function fromResponsesAnswer(answer: ResponsesAnswer, call: WireCall): WireTurn {
  return readShape(() => readAnswer(answer, call));
}

function readAnswer({ response, output }: ResponsesAnswer, { request, capabilities }: WireCall): WireTurn {
  const wrapped = findWrapped(request.tools, capabilities);
  const whole = response.status === 'incomplete' ? dropCutItems(output) : output;
  return finishTurn({
    items: whole.map((item) => toItem(item, wrapped)).filter((item) => item !== undefined),
    length: request.transcript.length,
    ...toStatus({ response, output }),
    ...(response.usage ? { usage: toUsage(response.usage) } : {}),
  });
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
function toItem(item: ResponseOutputItem, wrapped: ReadonlySet<string>): TranscriptItem | undefined {
  if (item.type === 'message') return toMessage(item);
  if (item.type === 'function_call' && wrapped.has(item.name))
    return toCall(item, { form: 'freeform', input: unwrapInput(item.arguments) });
  if (item.type === 'function_call') return toCall(item, { form: 'function', input: item.arguments });
  if (item.type === 'custom_tool_call') return toCall(item, { form: 'freeform', input: item.input });
  return item.type === 'reasoning' ? toReasoning(item) : undefined;
}

function toMessage({ content, phase }: ResponseOutputMessage): TranscriptItem {
  const text = content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('');
  return { type: 'message', role: 'assistant', text, ...(typeof phase === 'string' ? { phase } : {}) };
}

function toReasoning({ id, summary, content, encrypted_content }: ResponseReasoningItem): TranscriptItem {
  return {
    type: 'reasoning',
    id,
    summary: summary.map(({ text }) => text),
    ...(content?.length ? { content: content.map(({ text }) => text) } : {}),
    ...(typeof encrypted_content === 'string' ? { encryptedContent: encrypted_content } : {}),
  };
}

function toCall(
  { call_id: callId, name }: { call_id: string; name: string },
  how: Pick<ToolCall, 'form' | 'input'>,
): TranscriptItem {
  return { type: 'tool_call', call: { callId, name, ...how } };
}

function toStatus({ response, output }: ResponsesAnswer): Pick<WireTurn, 'status' | 'cause'> {
  const reason = response.incomplete_details?.reason;
  if (reason === 'content_filter') return { status: 'refused', cause: reason };
  const refused = output.some(
    (item) => item.type === 'message' && item.content.some((part) => part.type === 'refusal'),
  );
  if (refused) return { status: 'refused', cause: 'refusal' };
  if (response.status !== 'incomplete') return { status: 'completed' };
  return { status: 'incomplete', ...(reason === 'max_output_tokens' ? { cause: reason } : {}) };
}

function toUsage(usage: NonNullable<Response['usage']>): Usage {
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

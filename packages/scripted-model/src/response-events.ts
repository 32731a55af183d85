import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type { OutputItem, WireResponse } from './build-response.ts';
import { cutText } from './cut-text.ts';

/** One event of the SDK, before it is numbered. */
type Unnumbered<Event> = Event extends { sequence_number: number } ? Omit<Event, 'sequence_number'> : never;
export type WireEvent = Unnumbered<ResponseStreamEvent>;

/** The SDK adds `output_text` on its own side. */
const asSent = (response: WireResponse): Response => response as Response;

/** The events before the model has said anything. */
export function openingEvents(response: WireResponse): WireEvent[] {
  const { usage: _, ...rest } = response;
  const started = asSent({ ...rest, status: 'in_progress', output: [], incomplete_details: null });
  return [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
  ];
}

/** The events of everything the model says, up to the last. */
export function* answerEvents(response: WireResponse): Generator<WireEvent> {
  for (const [outputIndex, item] of response.output.entries()) {
    const at = { item_id: item.id, output_index: outputIndex };
    yield { type: 'response.output_item.added', output_index: outputIndex, item: toStarted(item) };
    yield* contentEvents(item, at);
    yield { type: 'response.output_item.done', output_index: outputIndex, item };
  }
  const type = response.status === 'completed' ? 'response.completed' : 'response.incomplete';
  yield { type, response: asSent(response) };
}

/** The last event of a response that failed at the server. */
export function failedEvent(response: WireResponse, error: { code: string; message: string }): WireEvent {
  const failed = { ...error, code: error.code as NonNullable<Response['error']>['code'] };
  return {
    type: 'response.failed',
    response: asSent({ ...response, status: 'failed', error: failed, output: [] }),
  };
}

function toStarted(item: OutputItem): OutputItem {
  switch (item.type) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    case 'reasoning':
      return { ...item, summary: [] };
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' };
    case 'custom_tool_call':
      return { ...item, input: '' };
  }
}

interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

function contentEvents(item: OutputItem, at: Place): Iterable<WireEvent> {
  switch (item.type) {
    case 'message':
      return messageEvents(item, at);
    case 'reasoning':
      return reasoningEvents(item, at);
    case 'function_call':
      return functionCallEvents(item, at);
    case 'custom_tool_call':
      return customCallEvents(item, at);
  }
}

function* functionCallEvents(
  { arguments: args }: Extract<OutputItem, { type: 'function_call' }>,
  at: Place,
): Generator<WireEvent> {
  for (const delta of cutText(args)) yield { type: 'response.function_call_arguments.delta', ...at, delta };
  yield { type: 'response.function_call_arguments.done', ...at, arguments: args };
}

function* customCallEvents(
  { input }: Extract<OutputItem, { type: 'custom_tool_call' }>,
  at: Place,
): Generator<WireEvent> {
  for (const delta of cutText(input)) yield { type: 'response.custom_tool_call_input.delta', ...at, delta };
  yield { type: 'response.custom_tool_call_input.done', ...at, input };
}

function* messageEvents(
  { content }: Extract<OutputItem, { type: 'message' }>,
  at: Place,
): Generator<WireEvent> {
  for (const [contentIndex, part] of content.entries()) {
    const place = { ...at, content_index: contentIndex };
    if (part.type === 'refusal') {
      yield { type: 'response.content_part.added', ...place, part: { ...part, refusal: '' } };
      for (const delta of cutText(part.refusal)) yield { type: 'response.refusal.delta', ...place, delta };
      yield { type: 'response.refusal.done', ...place, refusal: part.refusal };
    } else {
      yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } };
      for (const delta of cutText(part.text)) {
        yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] };
      }
      yield { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] };
    }
    yield { type: 'response.content_part.done', ...place, part };
  }
}

function* reasoningEvents(
  { summary }: Extract<OutputItem, { type: 'reasoning' }>,
  at: Place,
): Generator<WireEvent> {
  for (const [summaryIndex, part] of summary.entries()) {
    const place = { ...at, summary_index: summaryIndex };
    yield { type: 'response.reasoning_summary_part.added', ...place, part: { ...part, text: '' } };
    for (const delta of cutText(part.text)) {
      yield { type: 'response.reasoning_summary_text.delta', ...place, delta };
    }
    yield { type: 'response.reasoning_summary_text.done', ...place, text: part.text };
    yield { type: 'response.reasoning_summary_part.done', ...place, part };
  }
}

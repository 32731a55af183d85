import type { OutputItem, WireResponse } from './build-response.ts';

/** One server-sent event, before it is numbered. */
export interface WireEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** About what a model sends at once. */
const DELTA_CHARS = 48;

/** The events before the model has said anything. */
export function openingEvents(response: WireResponse): WireEvent[] {
  const started = { ...response, status: 'in_progress', output: [], usage: null };
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
  yield { type: 'response.completed', response };
}

function toStarted(item: OutputItem): OutputItem {
  switch (item.type) {
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' };
    case 'custom_tool_call':
      return { ...item, status: 'in_progress', input: '' };
  }
}

type Place = Readonly<Record<'item_id', string> & Record<'output_index', number>>;

function contentEvents(item: OutputItem, at: Place): Iterable<WireEvent> {
  switch (item.type) {
    case 'message':
      return textEvents(item, at);
    case 'function_call':
      return callEvents(
        'response.function_call_arguments',
        { arguments: item.arguments, name: item.name },
        at,
      );
    case 'custom_tool_call':
      return callEvents('response.custom_tool_call_input', { input: item.input }, at);
  }
}

function* textEvents({ content }: Extract<OutputItem, { type: 'message' }>, at: Place): Generator<WireEvent> {
  for (const [contentIndex, part] of content.entries()) {
    const place = { ...at, content_index: contentIndex };
    yield { type: 'response.content_part.added', ...place, part: { ...part, text: '' } };
    for (const delta of cut(part.text)) {
      yield { type: 'response.output_text.delta', ...place, delta, logprobs: [] };
    }
    yield { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] };
    yield { type: 'response.content_part.done', ...place, part };
  }
}

function* callEvents(
  prefix: string,
  whole: { readonly arguments: string; readonly name: string } | { readonly input: string },
  at: Place,
): Generator<WireEvent> {
  for (const delta of cut('input' in whole ? whole.input : whole.arguments)) {
    yield { type: `${prefix}.delta`, ...at, delta };
  }
  yield { type: `${prefix}.done`, ...at, ...whole };
}

/** By code points, because half of a surrogate pair is no text. */
function* cut(text: string): Generator<string> {
  const characters = Array.from(text);
  for (let from = 0; from < characters.length; from += DELTA_CHARS) {
    yield characters.slice(from, from + DELTA_CHARS).join('');
  }
}

import { describe, expect, test } from 'vitest';
import { buildResponse } from './build-response.ts';
import { answerEvents, openingEvents } from './response-events.ts';
import { Transcript } from './transcript.ts';
import type { ReplyItem } from './transcript.ts';
import { parseWireRequest } from './wire-request.ts';

function respond(...reply: readonly ReplyItem[]) {
  const [answer] = Transcript.parse({ name: 'demo', steps: [{ reply }] }).steps;
  const request = parseWireRequest(JSON.stringify({ model: 'scripted/demo', input: 'hello' }));
  if (answer === undefined || 'branches' in answer || 'status' in request) throw new Error('unreachable');
  return buildResponse({ name: 'demo', request, cue: { step: 0, answer }, nowMs: 1_800_000_000_500 });
}

const typesOf = (...reply: readonly ReplyItem[]) => {
  const response = respond(...reply);
  return [...openingEvents(response), ...answerEvents(response)].map((event) => event.type);
};

describe('the events of an answer', () => {
  test('of words come in the order of the API', () => {
    expect(typesOf({ text: 'Hello.' })).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  test('of calls come in the order of the API, one item after the other', () => {
    expect(
      typesOf({ call: 'exec_command', args: { cmd: 'ls' } }, { call: 'apply_patch', input: 'x' }),
    ).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.custom_tool_call_input.delta',
      'response.custom_tool_call_input.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  test('of reasoning and of a refusal come in the order of the API', () => {
    expect(typesOf({ reasoning: 'First.' }, { refusal: 'No.' }).slice(2)).toEqual([
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.refusal.delta',
      'response.refusal.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  test('deltas put together are the whole, and none splits a character', () => {
    const text = '🦀'.repeat(100);
    const deltas = [...answerEvents(respond({ text }))].flatMap((event) =>
      'delta' in event && typeof event.delta === 'string' ? [event.delta] : [],
    );
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join('')).toBe(text);
    expect(deltas.every((delta) => delta.isWellFormed())).toBe(true);
  });
});

describe('the response', () => {
  test('says that it is scripted, in model and metadata', () => {
    expect(respond({ text: 'Hello.' })).toMatchObject({
      model: 'scripted/demo',
      metadata: { scripted: 'true' },
      created_at: 1_800_000_000,
    });
  });

  test('has the phase commentary beside calls and final_answer without', () => {
    expect(respond({ text: 'a' }).output[0]).toMatchObject({ phase: 'final_answer' });
    expect(respond({ text: 'a' }, { call: 'submit', args: {} }).output[0]).toMatchObject({
      phase: 'commentary',
    });
  });

  test('sends arguments written as text as they are, so that a model can be played that errs', () => {
    expect(respond({ call: 'submit', args: '{"summary":' }).output[0]).toMatchObject({
      arguments: '{"summary":',
    });
  });

  test('estimates a usage that is not written', () => {
    const { usage } = respond({ text: 'Hello.' });
    const { input_tokens: input = 0, output_tokens: output = 0, total_tokens: total } = usage ?? {};
    expect(input).toBeGreaterThan(5);
    expect(total).toBe(input + output);
  });
});

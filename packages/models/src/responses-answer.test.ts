import type { ResponseOutputItem } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { UNKNOWN_MODEL } from './models-file.ts';
import type { ResponsesAnswer } from './responses-answer.ts';
import { fromResponsesAnswer } from './responses-answer.ts';
import type { WireCall } from './wire.ts';

const REASONING: ResponseOutputItem = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 'look first' }],
  encrypted_content: 'gAAA',
};
const message = (text: string): ResponseOutputItem => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  phase: 'commentary',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const CALL: ResponseOutputItem = {
  type: 'function_call',
  call_id: 'c1',
  name: 'exec_command',
  arguments: '{"cmd":"ls"}',
};
const FREEFORM: ResponseOutputItem = {
  type: 'custom_tool_call',
  call_id: 'c2',
  name: 'apply_patch',
  input: '*** Begin Patch',
};
const COMPLETED: ResponsesAnswer['response'] = { status: 'completed', incomplete_details: null };
const cut = (reason: 'max_output_tokens' | 'content_filter'): ResponsesAnswer['response'] => ({
  status: 'incomplete',
  incomplete_details: { reason },
});
/** What a server that keeps no promise may send. */
const broken = (item: unknown) => item as ResponseOutputItem;

const CALLED: WireCall = {
  request: {
    model: 'm',
    instructions: '',
    transcript: [{ type: 'message', role: 'user', text: 'go' }],
    tools: [],
    maxOutputTokens: 16,
    cacheKey: 'job',
  },
  capabilities: { ...UNKNOWN_MODEL, freeform_tools: true },
};
const read = (answer: ResponsesAnswer, call = CALLED) => fromResponsesAnswer(answer, call);

describe('fromResponsesAnswer', () => {
  test('keeps phase, encrypted reasoning, calls and usage of a completed answer', () => {
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 80, cache_write_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    };
    const output = [REASONING, message('Looking.'), CALL, FREEFORM];
    const call = {
      callId: 'c1',
      name: 'exec_command',
      input: '{"cmd":"ls"}',
      form: 'function',
    };
    const freeform = { callId: 'c2', name: 'apply_patch', input: '*** Begin Patch', form: 'freeform' };
    expect(read({ response: { ...COMPLETED, usage }, output })).toEqual({
      items: [
        { type: 'reasoning', id: 'rs_1', summary: ['look first'], encryptedContent: 'gAAA' },
        { type: 'message', role: 'assistant', text: 'Looking.', phase: 'commentary' },
        { type: 'tool_call', call },
        { type: 'tool_call', call: freeform },
      ],
      text: 'Looking.',
      toolCalls: [call, freeform],
      status: 'completed',
      usage: { input_tokens: 100, cached_input_tokens: 80, output_tokens: 20, reasoning_tokens: 5 },
    });
  });

  test('says nothing of a usage that the server did not report', () => {
    expect(read({ response: COMPLETED, output: [CALL] })).not.toHaveProperty('usage');
  });

  test('keeps reasoning that the server shows', () => {
    const shown = { ...REASONING, content: [{ type: 'reasoning_text', text: 'because' }] };
    const { items } = read({ response: COMPLETED, output: [broken(shown), CALL] });
    expect(items[0]).toMatchObject({ type: 'reasoning', content: ['because'], encryptedContent: 'gAAA' });
  });

  test('tells the calls of a freeform tool that the model knows as a function', () => {
    const grammar = { syntax: 'lark', definition: 'start: "x"' } as const;
    const tools = [{ form: 'freeform', name: 'apply_patch', description: 'Edits.', grammar }] as const;
    const call = { request: { ...CALLED.request, tools }, capabilities: UNKNOWN_MODEL };
    const asked = { ...CALL, name: 'apply_patch', arguments: '{"input":"*** Begin Patch"}' };
    expect(read({ response: COMPLETED, output: [broken(asked)] }, call).toolCalls).toEqual([
      { callId: 'c1', name: 'apply_patch', input: '*** Begin Patch', form: 'freeform' },
    ]);
  });

  test('a call that was sent twice is one call, and two calls of one id are two', () => {
    const other = broken({ ...CALL, arguments: '{"cmd":"pwd"}' });
    const { toolCalls } = read({ response: COMPLETED, output: [CALL, CALL, other, other] });
    expect(toolCalls.map(({ callId, input }) => [callId, input])).toEqual([
      ['c1', '{"cmd":"ls"}'],
      ['call_repaired_1_2', '{"cmd":"pwd"}'],
      ['call_repaired_1_3', '{"cmd":"pwd"}'],
    ]);
  });

  test.each([
    ['no id', ''],
    ['an endless id', 'x'.repeat(65)],
    ['an id that is none', 7],
  ])('a call with %s gets one', (_what, call_id) => {
    const { toolCalls } = read({ response: COMPLETED, output: [broken({ ...CALL, call_id })] });
    expect(toolCalls.map(({ callId }) => callId)).toEqual(['call_repaired_1_0']);
  });

  test.each([
    ['reasoning that fills memory', [broken({ ...REASONING, encrypted_content: 'x'.repeat(5 << 20) }), CALL]],
    ['a storm of calls', Array.from({ length: 65 }, (_, at) => broken({ ...CALL, call_id: `c${at}` }))],
  ])('refuses %s as a bad answer of the model server', (_what, output) => {
    expect(() => read({ response: COMPLETED, output })).toThrow(
      expect.objectContaining({ code: 'model_bad_answer' }),
    );
  });

  test('an answer cut by max_output_tokens is incomplete and keeps its text', () => {
    const turn = read({ response: cut('max_output_tokens'), output: [REASONING, message('Half a')] });
    expect(turn).toMatchObject({ status: 'incomplete', cause: 'max_output_tokens', text: 'Half a' });
    expect(turn.items).toHaveLength(2);
  });

  test.each([CALL, FREEFORM])('drops the call that an incomplete answer was cut in', (last) => {
    const output = [CALL, REASONING, last];
    const turn = read({ response: cut('max_output_tokens'), output });
    expect(turn.items.map((item) => item.type)).toEqual(['tool_call']);
    expect(turn.toolCalls.map((call) => call.callId)).toEqual(['c1']);
  });

  test('drops reasoning that an incomplete answer ends with', () => {
    expect(read({ response: cut('max_output_tokens'), output: [REASONING] }).items).toEqual([]);
  });

  test('a refusal is refused, with its words as text', () => {
    const refusal = {
      ...message(''),
      content: [{ type: 'refusal', refusal: 'I cannot.' }],
    } as ResponseOutputItem;
    expect(read({ response: COMPLETED, output: [refusal] })).toMatchObject({
      status: 'refused',
      text: 'I cannot.',
      cause: 'refusal',
    });
  });

  test('an answer cut by the content filter is refused', () => {
    expect(read({ response: cut('content_filter'), output: [] })).toMatchObject({
      status: 'refused',
      cause: 'content_filter',
    });
  });

  test('ignores items of tools that are never offered', () => {
    const search = broken({ type: 'web_search_call', id: 'ws_1', status: 'completed' });
    expect(read({ response: COMPLETED, output: [search] }).items).toEqual([]);
  });

  test.each([
    ['a message without content', { type: 'message' }],
    ['a call without a name', { ...CALL, name: undefined }],
    ['arguments that are no string', { ...CALL, arguments: { cmd: 'ls' } }],
    ['an item that is null', null],
  ])('%s is a model_bad_answer', (_what, item) => {
    expect(() => read({ response: COMPLETED, output: [broken(item)] })).toThrow(
      expect.objectContaining({ code: 'model_bad_answer' }),
    );
  });

  test('a usage of negative tokens is a model_bad_answer', () => {
    const response = {
      ...COMPLETED,
      usage: { input_tokens: -1, output_tokens: 0 },
    } as ResponsesAnswer['response'];
    expect(() => read({ response, output: [] })).toThrow(
      expect.objectContaining({ code: 'model_bad_answer' }),
    );
  });

  test('an answer that would not fit a frame is a model_bad_answer', () => {
    expect(() => read({ response: COMPLETED, output: [message('x'.repeat(1_000_000))] })).toThrow(
      expect.objectContaining({ code: 'model_bad_answer' }),
    );
  });
});

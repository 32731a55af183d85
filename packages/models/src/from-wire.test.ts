import type { ResponseOutputItem } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import type { WireAnswer } from './from-wire.ts';
import { fromWire } from './from-wire.ts';

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
const COMPLETED: WireAnswer['response'] = { status: 'completed', incomplete_details: null };
const cut = (reason: 'max_output_tokens' | 'content_filter'): WireAnswer['response'] => ({
  status: 'incomplete',
  incomplete_details: { reason },
});
/** What a server that keeps no promise may send. */
const broken = (item: unknown) => item as ResponseOutputItem;

describe('fromWire', () => {
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
    expect(fromWire({ response: { ...COMPLETED, usage }, output })).toEqual({
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

  test('charges what was sent where no usage is reported, so that a budget holds for any server', () => {
    const output = [message('x'.repeat(4_000))];
    const { usage } = fromWire({ response: COMPLETED, output });
    expect(usage.output_tokens).toBeGreaterThanOrEqual(1_000);
    expect(usage.output_tokens).toBeLessThan(1_100);
  });

  test.each([
    ['reasoning that fills memory', [broken({ ...REASONING, encrypted_content: 'x'.repeat(5 << 20) }), CALL]],
    ['a storm of calls', Array.from({ length: 65 }, (_, at) => broken({ ...CALL, call_id: `c${at}` }))],
  ])('refuses %s as an error of the model server', (_what, output) => {
    expect(() => fromWire({ response: COMPLETED, output })).toThrow(
      expect.objectContaining({ code: 'model_error' }),
    );
  });

  test.each([
    ['two calls of one id', [CALL, CALL]],
    ['a call with a megabyte of arguments', [broken({ ...CALL, arguments: 'x'.repeat(1 << 20) })]],
  ])('takes %s, which the model is told of', (_what, output) => {
    expect(fromWire({ response: COMPLETED, output }).toolCalls).toHaveLength(output.length);
  });

  test('an answer cut by max_output_tokens is incomplete and keeps its text', () => {
    const turn = fromWire({ response: cut('max_output_tokens'), output: [REASONING, message('Half a')] });
    expect(turn).toMatchObject({ status: 'incomplete', text: 'Half a' });
    expect(turn.items).toHaveLength(2);
  });

  test.each([CALL, FREEFORM])('drops the call that an incomplete answer was cut in', (last) => {
    const output = [CALL, REASONING, last];
    const turn = fromWire({ response: cut('max_output_tokens'), output });
    expect(turn.items.map((item) => item.type)).toEqual(['tool_call']);
    expect(turn.toolCalls.map((call) => call.callId)).toEqual(['c1']);
  });

  test('drops reasoning that an incomplete answer ends with', () => {
    expect(fromWire({ response: cut('max_output_tokens'), output: [REASONING] }).items).toEqual([]);
  });

  test('a refusal is refused, with its words as text', () => {
    const refusal = {
      ...message(''),
      content: [{ type: 'refusal', refusal: 'I cannot.' }],
    } as ResponseOutputItem;
    expect(fromWire({ response: COMPLETED, output: [refusal] })).toMatchObject({
      status: 'refused',
      text: 'I cannot.',
    });
  });

  test('an answer cut by the content filter is refused', () => {
    expect(fromWire({ response: cut('content_filter'), output: [] }).status).toBe('refused');
  });

  test('ignores items of tools that are never offered', () => {
    const search = broken({ type: 'web_search_call', id: 'ws_1', status: 'completed' });
    expect(fromWire({ response: COMPLETED, output: [search] }).items).toEqual([]);
  });

  test.each([
    ['a message without content', { type: 'message' }],
    ['a call without a name', { ...CALL, name: undefined }],
    ['arguments that are no string', { ...CALL, arguments: { cmd: 'ls' } }],
    ['an item that is null', null],
  ])('%s is a model_error', (_what, item) => {
    expect(() => fromWire({ response: COMPLETED, output: [broken(item)] })).toThrow(
      expect.objectContaining({ code: 'model_error' }),
    );
  });

  test('a usage of negative tokens is a model_error', () => {
    const response = {
      ...COMPLETED,
      usage: { input_tokens: -1, output_tokens: 0 },
    } as WireAnswer['response'];
    expect(() => fromWire({ response, output: [] })).toThrow(
      expect.objectContaining({ code: 'model_error' }),
    );
  });

  test('an answer that would not fit a frame is a model_error', () => {
    expect(() => fromWire({ response: COMPLETED, output: [message('x'.repeat(1_000_000))] })).toThrow(
      expect.objectContaining({ code: 'model_error' }),
    );
  });
});

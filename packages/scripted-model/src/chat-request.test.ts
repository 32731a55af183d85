import { describe, expect, test } from 'vitest';
import { parseChatRequest } from './chat-request.ts';

const GO = { role: 'user', content: 'go' };
const CALLED = {
  role: 'assistant',
  content: null,
  tool_calls: [
    { id: 'c1', type: 'function', function: { name: 'x', arguments: '{}' } },
    { id: 'c2', type: 'custom', custom: { name: 'y', input: 'z' } },
  ],
};
const output = (tool_call_id: string) => ({ role: 'tool', tool_call_id, content: 'ok' });
const BODY = { model: 'scripted/demo', messages: [GO] };
const parse = (body: object) => parseChatRequest(JSON.stringify(body));

describe('parseChatRequest', () => {
  test('reads messages as items of one conversation', () => {
    expect(parse({ ...BODY, messages: [GO, CALLED, output('c1'), output('c2')] })).toMatchObject({
      input: [
        { type: 'message', role: 'user', content: 'go' },
        { type: 'function_call', call_id: 'c1', name: 'x', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'y', input: 'z' },
        { type: 'function_call_output', call_id: 'c1', output: 'ok' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: 'ok' },
      ],
    });
  });

  test.each([
    ['no messages', { model: 'm', messages: [] }],
    ['a field that the API does not have', { ...BODY, max_output_tokens: 5 }],
    ['options of a stream that is none', { ...BODY, stream_options: { include_usage: true } }],
    ['parallel calls of no tools', { ...BODY, parallel_tool_calls: true }],
    ['a tool in the form of the other API', { ...BODY, tools: [{ type: 'function', name: 'x' }] }],
    ['a phase', { ...BODY, messages: [{ ...GO, phase: 'commentary' }] }],
    ['a turn without content and calls', { ...BODY, messages: [{ role: 'assistant', content: null }] }],
    ['a call without its output', { ...BODY, messages: [CALLED, output('c1')] }],
    ['an output without its call', { ...BODY, messages: [CALLED, output('c1'), output('c2'), output('c3')] }],
    ['an output in the wrong place', { ...BODY, messages: [CALLED, GO, output('c1'), output('c2')] }],
  ])('refuses %s', (_what, body) => {
    expect(parse(body)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('refuses what is not JSON', () => {
    expect(parseChatRequest('{')).toMatchObject({ status: 400, code: 'invalid_json' });
  });
});

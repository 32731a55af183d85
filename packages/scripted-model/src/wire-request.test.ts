import { describe, expect, test } from 'vitest';
import { parseWireRequest } from './wire-request.ts';

const BODY = { model: 'scripted/demo', input: 'hello' };
const CALL = { type: 'function_call', call_id: 'c1', name: 'x', arguments: '{}' };
const parse = (body: object) => parseWireRequest(JSON.stringify(body));

describe('parseWireRequest', () => {
  test('reads plain text as one message of the user', () => {
    expect(parse(BODY)).toMatchObject({ input: [{ type: 'message', role: 'user', content: 'hello' }] });
  });

  test.each([
    ['no model', { input: 'hello' }],
    ['a field that the API does not have', { ...BODY, max_tokens: 5 }],
    ['stored state', { ...BODY, previous_response_id: 'resp_1' }],
    ['a temperature above 2', { ...BODY, temperature: 2.1 }],
    ['a tool without a type', { ...BODY, tools: [{ name: 'x', parameters: null }] }],
    [
      'a grammar in the wrong place',
      { ...BODY, tools: [{ type: 'custom', name: 'x', grammar: 'start: "x"' }] },
    ],
    ['an unknown kind of item', { ...BODY, input: [{ type: 'thought' }] }],
    ['a call without its output', { ...BODY, input: [CALL] }],
    [
      'an output without its call',
      { ...BODY, input: [{ type: 'function_call_output', call_id: 'c1', output: '' }] },
    ],
    [
      'an output in the other form',
      { ...BODY, input: [CALL, { type: 'custom_tool_call_output', call_id: 'c1', output: '' }] },
    ],
  ])('refuses %s', (_what, body) => {
    expect(parse(body)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('refuses what is not JSON', () => {
    expect(parseWireRequest('{')).toMatchObject({ status: 400, code: 'invalid_json' });
  });
});

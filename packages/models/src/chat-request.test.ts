import type { ModelRequest } from '@drydock/core';
import { describe, expect, test } from 'vitest';
import { toChatRequest } from './chat-request.ts';
import type { Capabilities } from './models-file.ts';
import { UNKNOWN_MODEL } from './models-file.ts';

const EXEC = {
  form: 'function',
  name: 'exec_command',
  description: 'Runs.',
  parameters: { type: 'object' },
} as const;
const PATCH = {
  form: 'freeform',
  name: 'apply_patch',
  description: 'Edits.',
  grammar: { syntax: 'lark', definition: 'start: "x"' },
} as const;
const REQUEST: ModelRequest = {
  model: 'qwen3-coder',
  instructions: 'Be exact.',
  transcript: [
    { type: 'message', role: 'developer', text: 'rules' },
    { type: 'message', role: 'user', text: 'fix it' },
    { type: 'reasoning', id: '', summary: [], content: ['look first'] },
    { type: 'message', role: 'assistant', text: 'Looking.' },
    {
      type: 'tool_call',
      call: { callId: 'c1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' },
    },
    { type: 'tool_call', call: { callId: 'c2', name: 'apply_patch', input: '*** x', form: 'freeform' } },
    { type: 'tool_output', callId: 'c1', form: 'function', output: 'src' },
    { type: 'tool_output', callId: 'c2', form: 'freeform', output: 'Success' },
    { type: 'message', role: 'assistant', text: 'Done.', phase: 'final_answer' },
  ],
  tools: [EXEC, PATCH],
  maxOutputTokens: 4_096,
  temperature: 0.2,
  cacheKey: 'job_1',
};
const toChat = (changes: Partial<Capabilities> = {}, request = REQUEST) =>
  toChatRequest({ request, capabilities: { ...UNKNOWN_MODEL, ...changes } });

describe('toChatRequest', () => {
  test('makes one message of each turn, and a function of a freeform tool', () => {
    expect(toChat()).toEqual({
      model: 'qwen3-coder',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 4_096,
      temperature: 0.2,
      messages: [
        { role: 'system', content: 'Be exact.' },
        { role: 'system', content: 'rules' },
        { role: 'user', content: 'fix it' },
        {
          role: 'assistant',
          content: 'Looking.',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'exec_command', arguments: '{"cmd":"ls"}' } },
            { id: 'c2', type: 'function', function: { name: 'apply_patch', arguments: '{"input":"*** x"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'src' },
        { role: 'tool', tool_call_id: 'c2', content: 'Success' },
        { role: 'assistant', content: 'Done.' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } },
        },
        {
          type: 'function',
          function: {
            name: 'apply_patch',
            description: 'Edits.\n\nThe whole text is the string `input`. Its lark grammar:\nstart: "x"',
            parameters: {
              type: 'object',
              properties: { input: { type: 'string', description: 'The whole text.' } },
              required: ['input'],
              additionalProperties: false,
            },
          },
        },
      ],
    });
  });

  test('shows images behind all outputs of their turn, and says whose they are', () => {
    const image = { mediaType: 'image/png', bytes: 3, sha256: 'ab', data: 'AAAA' } as const;
    const output = (callId: string) =>
      ({ type: 'tool_output', callId, form: 'function', output: 'x' }) as const;
    const transcript = [
      { ...output('c1'), image },
      output('c2'),
      { type: 'message', role: 'user', text: 'go' },
    ] as const;
    const messages = toChat({}, { ...REQUEST, transcript }).messages;
    expect(messages.filter(({ role }) => role === 'tool' || role === 'user')).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: 'x' },
      { role: 'tool', tool_call_id: 'c2', content: 'x' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'The image of call c1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'auto' } },
        ],
      },
      { role: 'user', content: 'go' },
    ]);
  });

  test('says everything that a model takes', () => {
    const sent = toChat({
      freeform_tools: true,
      parallel_tools: false,
      prompt_cache_key: true,
      system_role: 'developer',
      max_tokens_field: 'max_completion_tokens',
      reasoning_efforts: ['low'],
      default_reasoning_effort: 'low',
      reasoning_content: true,
      stream_usage: false,
    });
    expect(sent).not.toHaveProperty('stream_options');
    expect(sent).toMatchObject({
      max_completion_tokens: 4_096,
      prompt_cache_key: 'job_1',
      parallel_tool_calls: false,
      reasoning_effort: 'low',
    });
    expect(sent.messages[0]).toEqual({ role: 'developer', content: 'Be exact.' });
    expect(sent.messages[3]).toMatchObject({
      reasoning_content: 'look first',
      tool_calls: [
        { id: 'c1' },
        { id: 'c2', type: 'custom', custom: { name: 'apply_patch', input: '*** x' } },
      ],
    });
    expect(sent.tools?.[1]).toEqual({
      type: 'custom',
      custom: {
        name: 'apply_patch',
        description: 'Edits.',
        format: { type: 'grammar', grammar: PATCH.grammar },
      },
    });
  });

  test('leaves out what a server refuses beside no tools', () => {
    const sent = toChat(
      { parallel_tools: false },
      { ...REQUEST, tools: [], transcript: [], instructions: '' },
    );
    expect(sent).toMatchObject({ messages: [] });
    expect(Object.keys(sent)).not.toContain('tools');
    expect(Object.keys(sent)).not.toContain('parallel_tool_calls');
  });

  test('gives a turn of reasoning alone a content', () => {
    const transcript: ModelRequest['transcript'] = [
      { type: 'reasoning', id: '', summary: [], content: ['hm'] },
    ];
    expect(toChat({}, { ...REQUEST, transcript }).messages.at(-1)).toEqual({
      role: 'assistant',
      content: '',
    });
  });
});

import type { ModelRequest } from '@drydock/core';
import { describe, expect, test } from 'vitest';
import { ignoresTemperature, toWire } from './to-wire.ts';

const REQUEST: ModelRequest = {
  model: 'gpt-5.3-codex',
  instructions: 'Be exact.',
  transcript: [],
  tools: [],
  maxOutputTokens: 4_096,
  cacheKey: 'job_1',
};

describe('toWire', () => {
  test('asks for a stream that is not stored, with encrypted reasoning and parallel calls', () => {
    expect(toWire(REQUEST)).toEqual({
      model: 'gpt-5.3-codex',
      stream: true,
      store: false,
      include: ['reasoning.encrypted_content'],
      parallel_tool_calls: true,
      prompt_cache_key: 'job_1',
      instructions: 'Be exact.',
      input: [],
      tools: [],
      max_output_tokens: 4_096,
    });
  });

  test('asks for 16 output tokens at least: the real API refuses less', () => {
    expect(toWire({ ...REQUEST, maxOutputTokens: 1 }).max_output_tokens).toBe(16);
  });

  test('sends every kind of transcript item in order, with phase and encrypted reasoning as they came', () => {
    const { input } = toWire({
      ...REQUEST,
      transcript: [
        { type: 'message', role: 'developer', text: 'rules' },
        { type: 'message', role: 'user', text: 'fix it' },
        { type: 'reasoning', id: 'rs_1', summary: ['look first'], encryptedContent: 'gAAA' },
        { type: 'message', role: 'assistant', text: 'Looking.', phase: 'commentary' },
        {
          type: 'tool_call',
          call: { callId: 'c1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' },
        },
        {
          type: 'tool_call',
          call: { callId: 'c2', name: 'apply_patch', input: '*** Begin Patch', form: 'freeform' },
        },
        { type: 'tool_output', callId: 'c1', form: 'function', output: 'src' },
        { type: 'tool_output', callId: 'c2', form: 'freeform', output: 'Success' },
      ],
    });
    expect(input).toEqual([
      { type: 'message', role: 'developer', content: 'rules' },
      { type: 'message', role: 'user', content: 'fix it' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'look first' }],
        encrypted_content: 'gAAA',
      },
      { type: 'message', role: 'assistant', content: 'Looking.', phase: 'commentary' },
      { type: 'function_call', call_id: 'c1', name: 'exec_command', arguments: '{"cmd":"ls"}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: '*** Begin Patch' },
      { type: 'function_call_output', call_id: 'c1', output: 'src' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: 'Success' },
    ]);
  });

  test('shows an image behind the text of its output, and none whose bytes are not there', () => {
    const image = { mediaType: 'image/png', bytes: 3, sha256: 'ab' } as const;
    const output = { type: 'tool_output', callId: 'c1', form: 'function', output: 'Image' } as const;
    const transcript = [
      { ...output, image: { ...image, data: 'AAAA', detail: 'high' as const } },
      { ...output, image },
    ];
    const said = { type: 'function_call_output', call_id: 'c1' };
    expect(toWire({ ...REQUEST, transcript }).input).toEqual([
      {
        ...said,
        output: [
          { type: 'input_text', text: 'Image' },
          { type: 'input_image', detail: 'high', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
      { ...said, output: 'Image' },
    ]);
  });

  test('leaves out reasoning that the server could not resolve', () => {
    const transcript = [{ type: 'reasoning' as const, id: 'rs_1', summary: [] }];
    expect(toWire({ ...REQUEST, transcript }).input).toEqual([]);
  });

  test('describes functions loosely and freeform tools by their grammar', () => {
    const { tools } = toWire({
      ...REQUEST,
      tools: [
        { form: 'function', name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } },
        {
          form: 'freeform',
          name: 'apply_patch',
          description: 'Edits.',
          grammar: { syntax: 'lark', definition: 'start: "x"' },
        },
      ],
    });
    expect(tools).toEqual([
      {
        type: 'function',
        name: 'exec_command',
        description: 'Runs.',
        parameters: { type: 'object' },
        strict: false,
      },
      {
        type: 'custom',
        name: 'apply_patch',
        description: 'Edits.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
      },
    ]);
  });

  test.each([
    { model: 'gpt-5.3-codex', sent: undefined, ignored: true },
    { model: 'scripted/fix-ts', sent: 0.2, ignored: false },
    { model: 'unheard-of', sent: 0.2, ignored: false },
  ])('$model is sent the temperature $sent', ({ model, sent, ignored }) => {
    const request = { ...REQUEST, model, temperature: 0.2 };
    expect(toWire(request).temperature).toBe(sent);
    expect(ignoresTemperature(request)).toBe(ignored);
  });

  test('a temperature that nobody asked for is not ignored', () => {
    expect(ignoresTemperature(REQUEST)).toBe(false);
  });
});

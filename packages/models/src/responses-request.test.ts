import type { ModelRequest } from '@drydock/core';
import { describe, expect, test } from 'vitest';
import { findNotTaken } from './call-parameters.ts';
import type { Capabilities } from './models-file.ts';
import { UNKNOWN_MODEL } from './models-file.ts';
import { toResponsesRequest } from './responses-request.ts';

const REQUEST: ModelRequest = {
  model: 'gpt-5.3-codex',
  instructions: 'Be exact.',
  transcript: [],
  tools: [],
  maxOutputTokens: 4_096,
  cacheKey: 'job_1',
};

const CODEX: Capabilities = {
  ...UNKNOWN_MODEL,
  temperature: false,
  freeform_tools: true,
  system_role: 'developer',
  prompt_cache_key: true,
  max_output_tokens: 128_000,
  reasoning_efforts: ['low', 'medium', 'high'],
};
const toWire = (request: ModelRequest, changes: Partial<Capabilities> = {}) =>
  toResponsesRequest({ request, capabilities: { ...CODEX, ...changes } });

describe('toResponsesRequest', () => {
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

  test('sends what a model takes, and says what it does not', () => {
    const request = { ...REQUEST, temperature: 0.2, maxOutputTokens: 8_192 };
    const sent = (capabilities: Partial<Capabilities>) => {
      const { temperature, max_output_tokens, input } = toWire(
        { ...request, transcript: [{ type: 'message', role: 'developer', text: 'rules' }] },
        capabilities,
      );
      const notTaken = findNotTaken({ request, capabilities: { ...CODEX, ...capabilities } });
      return { temperature, max_output_tokens, input, notTaken };
    };
    const rules = (role: string) => [{ type: 'message', role, content: 'rules' }];
    expect(sent({ temperature: true })).toEqual({
      temperature: 0.2,
      max_output_tokens: 8_192,
      input: rules('developer'),
      notTaken: [],
    });
    expect(sent({ max_output_tokens: 4_096, system_role: 'user' })).toEqual({
      temperature: undefined,
      max_output_tokens: 4_096,
      input: rules('user'),
      notTaken: ['temperature', 'max_tokens', 'system_prompt'],
    });
    expect(sent({ max_tokens: false, system_role: 'system' })).toEqual({
      temperature: undefined,
      max_output_tokens: undefined,
      input: rules('system'),
      notTaken: ['temperature', 'max_tokens'],
    });
  });

  test.each([
    ['the model has', { reasoningEffort: 'high' }, {}, { effort: 'high' }],
    ['the table names', {}, { default_reasoning_effort: 'medium' }, { effort: 'medium' }],
    ['nobody named', {}, {}, undefined],
    ['the model does not have', { reasoningEffort: 'enormous' }, {}, undefined],
  ])('an effort that %s', (_what, wish, capabilities, reasoning) => {
    expect(toWire({ ...REQUEST, ...wish }, capabilities).reasoning).toEqual(reasoning);
  });

  test('a freeform tool is a function for a model that has no freeform calls, in both directions', () => {
    const grammar = { syntax: 'lark', definition: 'start: "x"' } as const;
    const call = { callId: 'c1', name: 'apply_patch', input: 'text "quoted"', form: 'freeform' } as const;
    const { input, tools } = toWire(
      {
        ...REQUEST,
        transcript: [
          { type: 'tool_call', call },
          { type: 'tool_output', callId: 'c1', form: 'freeform', output: 'done' },
        ],
        tools: [{ form: 'freeform', name: 'apply_patch', description: 'Edits.', grammar }],
      },
      { freeform_tools: false },
    );
    expect(tools).toMatchObject([{ type: 'function', parameters: { required: ['input'] } }]);
    expect(input).toEqual([
      {
        type: 'function_call',
        call_id: 'c1',
        name: 'apply_patch',
        arguments: JSON.stringify({ input: 'text "quoted"' }),
      },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
    ]);
  });

  test('the next request begins with the bytes of the one before', () => {
    const first: ModelRequest['transcript'] = [{ type: 'message', role: 'user', text: 'fix it' }];
    const answer: ModelRequest['transcript'] = [
      { type: 'reasoning', id: 'rs_1', summary: [], encryptedContent: 'gAAA' },
      { type: 'message', role: 'assistant', text: 'Looking.', phase: 'commentary' },
    ];
    const bytes = (transcript: ModelRequest['transcript']) =>
      JSON.stringify(toWire({ ...REQUEST, transcript }).input).slice(0, -1);
    expect(bytes([...first, ...answer]).startsWith(bytes(first))).toBe(true);
    const { input: _before, ...before } = toWire({ ...REQUEST, transcript: first });
    const { input: _after, ...after } = toWire({ ...REQUEST, transcript: [...first, ...answer] });
    expect(JSON.stringify(after)).toBe(JSON.stringify(before));
  });
});

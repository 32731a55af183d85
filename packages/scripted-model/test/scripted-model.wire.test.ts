import type { ModelRequest } from '@drydock/core';
import { OpenAiModels, loadModelTable } from '@drydock/models';
import { systemClock } from '@drydock/service-kit';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScriptedModel } from '../src/index.ts';
import { startScriptedModel } from '../src/index.ts';

const table = await loadModelTable();
const PATCH = '*** Begin Patch\n*** Delete File: a\n*** End Patch';
const DEMO = {
  name: 'demo',
  steps: [
    {
      expect: { tools_include: ['exec_command'] },
      reply: [{ text: 'I look first.' }, { call: 'exec_command', args: { cmd: 'ls' } }],
      usage: { input_tokens: 900, cached_input_tokens: 256, output_tokens: 40, reasoning_tokens: 8 },
    },
    { expect: { last_output_contains: ['src'] }, reply: [{ call: 'apply_patch', input: PATCH }] },
    { expect: { last_output_contains: ['M a'] }, reply: [{ text: 'Done.' }] },
  ],
};
const SLOW = { name: 'slow', steps: [{ delay_ms: 60_000, reply: [{ text: 'late' }] }] };

const REQUEST: ModelRequest = {
  model: 'scripted/demo',
  instructions: 'Be exact.',
  transcript: [{ type: 'message', role: 'user', text: 'go' }],
  tools: [
    { form: 'function', name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } },
    {
      form: 'freeform',
      name: 'apply_patch',
      description: 'Edits.',
      grammar: { syntax: 'lark', definition: 'start: "x"' },
    },
  ],
  maxOutputTokens: 256,
  temperature: 0.2,
  cacheKey: 'job_1',
};

let directory: string;
let model: ScriptedModel;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-transcripts-'));
  await writeFile(join(directory, 'demo.transcript.json'), JSON.stringify(DEMO));
  await writeFile(join(directory, 'slow.transcript.json'), JSON.stringify(SLOW));
  await writeFile(join(directory, 'notes.json'), 'not a transcript');
  model = await startScriptedModel({ transcriptDirs: [directory], port: 0 });
});
afterAll(async () => {
  await model.close();
  await rm(directory, { recursive: true });
});

const complete = (changes: Partial<ModelRequest> = {}, signal = AbortSignal.timeout(10_000)) =>
  new OpenAiModels({ table, baseUrl: model.url, clock: systemClock, random: () => 0 }).complete(
    { ...REQUEST, ...changes },
    signal,
  );

const post = (body: object) =>
  fetch(`${model.url}/responses`, { method: 'POST', body: JSON.stringify(body) });

describe('the scripted model behind the gateway', () => {
  test('plays a transcript to its end, told only by what it is sent', async () => {
    const first = await complete();
    expect(first).toMatchObject({
      text: 'I look first.',
      status: 'completed',
      usage: { input_tokens: 900, cached_input_tokens: 256, output_tokens: 40, reasoning_tokens: 8 },
      toolCalls: [{ callId: 'call_demo_0_1', name: 'exec_command', input: '{"cmd":"ls"}', form: 'function' }],
      notTaken: [],
    });
    const listed = { type: 'tool_output', callId: 'call_demo_0_1', form: 'function', output: 'src' } as const;
    const transcript = [...REQUEST.transcript, ...first.items, listed];
    const second = await complete({ transcript });
    expect(second.toolCalls).toEqual([
      { callId: 'call_demo_1_0', name: 'apply_patch', input: PATCH, form: 'freeform' },
    ]);
    const patched = {
      type: 'tool_output',
      callId: 'call_demo_1_0',
      form: 'freeform',
      output: 'M a',
    } as const;
    const third = await complete({ transcript: [...transcript, ...second.items, patched] });
    expect(third).toMatchObject({ text: 'Done.', toolCalls: [] });
    expect(third.items).toEqual([
      { type: 'message', role: 'assistant', text: 'Done.', phase: 'final_answer' },
    ]);
  });

  test('is a model_error for a conversation that departs, with the place and the reason', async () => {
    await expect(complete({ tools: [] })).rejects.toMatchObject({
      code: 'model_error',
      message:
        'The model server answered 422 transcript_departed: The conversation departed from scripted/demo at step 1 of 3: expected the tool exec_command to be offered, but got none.',
    });
  });

  test('is model_not_found for a model that has no transcript, naming those that have', async () => {
    await expect(complete({ model: 'gpt-5.3-codex' })).rejects.toMatchObject({
      code: 'model_not_found',
      message: expect.stringMatching(/404 model_not_found.*scripted\/demo, scripted\/slow/) as string,
    });
  });

  test('leaves a slow answer when the caller does', async () => {
    const cancel = new AbortController();
    const completing = complete({ model: 'scripted/slow' }, cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(completing).rejects.toThrow('cancelled');
  });
});

describe('the scripted model on the wire', () => {
  test('says that it is scripted in header, model and metadata of a whole answer', async () => {
    const tools = [{ type: 'function', name: 'exec_command', parameters: null }];
    const response = await post({ model: 'scripted/demo', input: 'go', tools });
    expect(response.headers.get('x-drydock-scripted')).toBe('demo');
    expect(await response.json()).toMatchObject({
      object: 'response',
      status: 'completed',
      model: 'scripted/demo',
      metadata: { scripted: 'true' },
      output: [{ type: 'message' }, { type: 'function_call', call_id: 'call_demo_0_1' }],
    });
  });

  test('says that it is scripted in what it refuses', async () => {
    const response = await post({ model: 'scripted/demo', input: 'go' });
    expect(response.status).toBe(422);
    expect(response.headers.get('x-drydock-scripted')).toBe('demo');
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', code: 'transcript_departed' },
    });
  });

  test.each([
    [400, { model: 'scripted/demo' }, 'invalid_request'],
    [404, { model: 'scripted/none', input: 'go' }, 'model_not_found'],
    [404, { model: 'demo', input: 'go' }, 'model_not_found'],
  ])('answers %i to %o', async (status, body, code) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-drydock-scripted')).toBe('true');
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test('numbers the events of a stream without a gap', async () => {
    const tools = [{ type: 'function', name: 'exec_command', parameters: null }];
    const stream = await (await post({ model: 'scripted/demo', input: 'go', tools, stream: true })).text();
    const numbers = [...stream.matchAll(/"sequence_number":(\d+)\}\n/g)].map((match) => Number(match[1]));
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers).toEqual(numbers.map((_number, index) => index));
  });

  test('lists its models', async () => {
    const response = await fetch(`${model.url}/models`);
    expect(await response.json()).toMatchObject({
      object: 'list',
      data: [{ id: 'scripted/demo' }, { id: 'scripted/slow' }],
    });
  });

  test('has nothing else', async () => {
    expect((await fetch(`${model.url}/completions`, { method: 'POST' })).status).toBe(404);
  });

  test('outlives a client that hangs up in the middle of its body', async () => {
    const { hostname, port } = new URL(model.url);
    const client = connect(Number(port), hostname);
    client.write('POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model"');
    await once(client, 'connect');
    // By the time this is answered the server waits for the rest of the body.
    await fetch(`${model.url}/models`);
    client.resetAndDestroy();
    expect((await fetch(`${model.url}/models`)).status).toBe(200);
  });

  test('refuses a body of more than 32 MiB', async () => {
    const response = await post({ model: 'scripted/demo', input: 'x'.repeat(33 << 20) });
    expect(response.status).toBe(413);
  });
});

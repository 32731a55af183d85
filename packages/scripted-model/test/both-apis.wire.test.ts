import type { TranscriptItem } from '@drydock/contracts';
import type { Clock, ModelRequest, ModelTurn } from '@drydock/core';
import { OpenAiModels, loadModelTable } from '@drydock/models';
import { systemClock } from '@drydock/service-kit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScriptedModel } from '../src/index.ts';
import { startScriptedModel } from '../src/index.ts';

const table = await loadModelTable();
const CALLS = [
  { call: 'exec_command', args: { cmd: 'ls' } },
  { call: 'exec_command', args: { cmd: 'pwd' } },
  { call: 'apply_patch', input: '*** Begin Patch\n*** End Patch' },
];
const step = (answer: object) => ({ reply: [{ text: 'Done.' }], ...answer });
const overflow = { status: 400, code: 'context_length_exceeded', message: 'too long' };
const limited = { status: 429, code: 'rate_limit_exceeded', message: 'slow down', retry_after: '7' };
const SCRIPTS: Record<string, object[]> = {
  whole: [
    { reply: [{ reasoning: 'Look first.' }, { text: 'Looking.' }, ...CALLS] },
    {
      expect: { last_output_contains: ['src'] },
      reply: [{ text: 'Done.' }],
      usage: { input_tokens: 7, output_tokens: 2 },
    },
  ],
  faithful: [
    {
      reply: [
        { reasoning: 'Look first.', encrypted: 'gAAA' },
        { text: 'Looking.', phase: 'commentary' },
        ...CALLS,
      ],
    },
    step({ expect: { returned: ['reasoning', 'phase'] } }),
  ],
  refusing: [{ reply: [{ refusal: 'I cannot.' }] }],
  filtered: [{ reply: [], end: 'content_filter' }],
  cut: [{ reply: [{ text: 'Half a' }, CALLS[0]], end: 'max_output_tokens' }],
  storm: [{ reply: Array.from({ length: 65 }, () => CALLS[0]) }],
  stumbling: [
    step({
      failures: [
        limited,
        { status: 503, message: 'overloaded' },
        { stream: 'cut' },
        { stream: 'unfinished' },
        { stream: 'failed' },
      ],
    }),
  ],
  overflowing: [step({ failures: [overflow] })],
  'overflowing-midway': [step({ failures: [{ stream: 'failed', code: 'context_length_exceeded' }] })],
  silent: [step({ failures: [{ stream: 'silent' }] })],
  limited: [step({ failures: Array.from({ length: 9 }, () => limited) })],
};

let directory: string;
let model: ScriptedModel;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-transcripts-'));
  for (const [name, steps] of Object.entries(SCRIPTS)) {
    await writeFile(join(directory, `${name}.transcript.json`), JSON.stringify({ name, steps }));
  }
  model = await startScriptedModel({ transcriptDirs: [directory], port: 0 });
});
afterAll(async () => {
  await model.close();
  await rm(directory, { recursive: true });
});

let conversations = 0;
const GO: TranscriptItem[] = [{ type: 'message', role: 'user', text: 'go' }];
const grammar = { syntax: 'lark', definition: 'start: "x"' } as const;

/** The idle deadline waits for real; whatever is longer is a wait that a server asked for, and is only noted. */
const IDLE_MS = 400;

/** A conversation with one script over one API. */
function talk(api: 'responses' | 'chat', script: string) {
  const waitsMs: number[] = [];
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: async (durationMs, signal) => {
      if (durationMs <= IDLE_MS) return systemClock.sleep(durationMs, signal);
      waitsMs.push(durationMs);
    },
  };
  const retries: string[] = [];
  const gateway = new OpenAiModels({
    baseUrl: model.url,
    table,
    api,
    clock,
    random: () => 0,
    idleTimeoutMs: IDLE_MS,
    onRetry: (code) => void retries.push(code),
  });
  conversations += 1;
  const request: ModelRequest = {
    model: `scripted/${script}`,
    instructions: 'Be exact.',
    transcript: GO,
    tools: [
      { form: 'function', name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } },
      { form: 'freeform', name: 'apply_patch', description: 'Edits.', grammar },
    ],
    maxOutputTokens: 256,
    temperature: 0.2,
    cacheKey: `job_${conversations}`,
  };
  const complete = (transcript = GO) =>
    gateway.complete({ ...request, transcript }, AbortSignal.timeout(15_000));
  return { complete, waitsMs, retries };
}

const answered = ({ items, toolCalls }: ModelTurn): TranscriptItem[] => [
  ...GO,
  ...items,
  ...toolCalls.map(({ callId, form }): TranscriptItem => ({
    type: 'tool_output',
    callId,
    form,
    output: 'src',
  })),
];

describe.each(['responses', 'chat'] as const)('over %s', (api) => {
  test('a conversation with parallel calls is played to its end, and priced', async () => {
    const { complete } = talk(api, 'whole');
    const first = await complete();
    expect(first).toMatchObject({
      text: 'Looking.',
      status: 'completed',
      notTaken: [],
      usageEstimated: false,
    });
    expect(first.toolCalls.map(({ name, input, form }) => [name, input, form])).toEqual([
      ['exec_command', '{"cmd":"ls"}', 'function'],
      ['exec_command', '{"cmd":"pwd"}', 'function'],
      ['apply_patch', '*** Begin Patch\n*** End Patch', 'freeform'],
    ]);
    const second = await complete(answered(first));
    expect(second.usage).toEqual({
      input_tokens: 7,
      cached_input_tokens: 0,
      output_tokens: 2,
      reasoning_tokens: 0,
      cost_usd: 0,
    });
  });

  test.each([
    ['refusing', { status: 'refused', cause: 'refusal', text: 'I cannot.' }],
    ['filtered', { status: 'refused', cause: 'content_filter' }],
    ['cut', { status: 'incomplete', cause: 'max_output_tokens', text: 'Half a', toolCalls: [] }],
  ])('a script that is %s ends as %o', async (script, turn) => {
    await expect(talk(api, script).complete()).resolves.toMatchObject(turn);
  });

  test('what may pass is tried again, with the wait that the server asks for', async () => {
    const { complete, waitsMs, retries } = talk(api, 'stumbling');
    await expect(complete()).resolves.toMatchObject({ text: 'Done.' });
    expect(retries).toEqual([
      'model_rate_limited',
      'model_unavailable',
      'model_unavailable',
      'model_unavailable',
      'model_unavailable',
    ]);
    expect(waitsMs).toEqual([7_000]);
  });

  test.each([
    ['overflowing', 'model_context_overflow'],
    ['overflowing-midway', 'model_context_overflow'],
    ['storm', 'model_bad_answer'],
    ['limited', 'model_rate_limited'],
    ['unknown', 'model_not_found'],
  ])('a script that is %s ends as %s', async (script, code) => {
    await expect(talk(api, script).complete()).rejects.toMatchObject({ code });
  });

  test('a stream that falls silent is given up and tried again', async () => {
    const { complete, retries } = talk(api, 'silent');
    await expect(complete()).resolves.toMatchObject({ text: 'Done.' });
    expect(retries).toEqual(['model_timeout']);
  });
});

describe('what a model wants back', () => {
  test('reasoning and phase come back exactly', async () => {
    const { complete } = talk('responses', 'faithful');
    await expect(complete(answered(await complete()))).resolves.toMatchObject({ text: 'Done.' });
  });

  test.each([
    ['reasoning that is left out', (item: TranscriptItem) => (item.type === 'reasoning' ? [] : [item])],
    [
      'reasoning that is changed',
      (item: TranscriptItem) =>
        item.type === 'reasoning' ? [{ ...item, encryptedContent: 'gAAB' }] : [item],
    ],
    [
      'a phase that is lost',
      (item: TranscriptItem) =>
        item.type === 'message' ? [{ type: item.type, role: item.role, text: item.text }] : [item],
    ],
  ])('%s is a departure', async (_what, tamper) => {
    const { complete } = talk('responses', 'faithful');
    const transcript = answered(await complete()).flatMap((item): TranscriptItem[] => tamper(item));
    await expect(complete(transcript)).rejects.toMatchObject({
      code: 'model_error',
      message: expect.stringMatching(/transcript_departed.*(came|come) back/) as string,
    });
  });
});

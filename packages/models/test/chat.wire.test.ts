import type { ModelRequest } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, test } from 'vitest';
import type { OpenAiModelsOptions } from '../src/index.ts';
import { ModelTable, OpenAiModels, loadModelTable } from '../src/index.ts';
import type { Reply } from './loopback-server.ts';
import { LoopbackServer, refuse, stream, streamCut, streamOpen } from './loopback-server.ts';
import { RealClock } from './real-clock.ts';

const table = await loadModelTable();
const REQUEST: ModelRequest = {
  model: 'qwen3-coder',
  instructions: 'Be exact.',
  transcript: [{ type: 'message', role: 'user', text: 'hello' }],
  tools: [],
  maxOutputTokens: 256,
  temperature: 0.2,
  cacheKey: 'job_1',
};

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
});
const USAGE = { id: 'c', choices: [], usage: { prompt_tokens: 1_000, completion_tokens: 100 } };
const ANSWER = [chunk({ role: 'assistant', content: 'h' }), chunk({ content: 'i' }), chunk({}, 'stop')];

/** The gateway in front of a server that has only chat, with waits that take no time. */
function connect(baseUrl: string, changes: Partial<OpenAiModelsOptions> = {}) {
  const clock = new RealClock();
  const gateway = new OpenAiModels({ table, baseUrl, api: 'chat', clock, random: () => 0, ...changes });
  const complete = (request: Partial<ModelRequest> = {}) =>
    gateway.complete({ ...REQUEST, ...request }, AbortSignal.timeout(15_000));
  return { clock, gateway, complete };
}

describe('a chat request', () => {
  test('goes to /chat/completions, streaming, with what the model takes', async () => {
    await using server = await LoopbackServer.start(stream(...ANSWER, USAGE));
    await expect(connect(server.url).complete()).resolves.toMatchObject({
      text: 'hi',
      status: 'completed',
      usage: { input_tokens: 1_000, output_tokens: 100, cost_usd: null },
      usageEstimated: false,
      notTaken: [],
    });
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
    expect(server.seen[0]?.body).toEqual({
      model: 'qwen3-coder',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 256,
      temperature: 0.2,
      messages: [
        { role: 'system', content: 'Be exact.' },
        { role: 'user', content: 'hello' },
      ],
    });
  });

  test('costs what the table says', async () => {
    const source = { effective: '2026-01-01', source: 'ours' };
    const price = { match: ['qwen*'], input: 1, cached_input: 0.1, output: 10, ...source };
    await using server = await LoopbackServer.start(stream(...ANSWER, USAGE));
    const priced = connect(server.url, { table: new ModelTable({ models: [], prices: [price] }) });
    await expect(priced.complete()).resolves.toMatchObject({ usage: { cost_usd: 0.002 } });
  });
});

describe('a chat answer', () => {
  test('without a usage has one that is estimated, and says so', async () => {
    await using server = await LoopbackServer.start(stream(...ANSWER));
    const turn = await connect(server.url).complete();
    expect(turn.usageEstimated).toBe(true);
    expect(turn.usage.input_tokens).toBeGreaterThan(10);
    expect(turn.usage.output_tokens).toBeGreaterThan(5);
  });

  test.each([
    ['cut behind its last word', streamCut(...ANSWER)],
    ['silent behind its last word', streamOpen(...ANSWER)],
  ])('that is %s is taken', async (_what, reply) => {
    await using server = await LoopbackServer.start(reply);
    const turn = await connect(server.url, { idleTimeoutMs: 400 }).complete();
    expect([turn.text, turn.usageEstimated, server.seen.length]).toEqual(['hi', true, 1]);
  });

  test.each<[string, Reply]>([
    ['cut', streamCut(...ANSWER.slice(0, 2))],
    ['ended without a reason', stream(...ANSWER.slice(0, 2))],
    ['an error inside', stream({ error: { message: 'oops', code: 'server_error' } })],
    ['half an event', (response) => response.writeHead(200).end('data: {"choi\n\n')],
    ['nothing at all', (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()],
  ])('that is %s is tried again', async (_what, failure) => {
    await using server = await LoopbackServer.start(failure, stream(...ANSWER, USAGE));
    await expect(connect(server.url).complete()).resolves.toMatchObject({ text: 'hi' });
    expect(server.seen).toHaveLength(2);
  });

  test.each([
    ['chunks that are no objects', stream([1])],
    [
      'an endless stream',
      stream(...Array.from({ length: 20 }, () => chunk({ content: 'x'.repeat(1 << 20) }))),
    ],
    [
      'a thousand calls',
      stream(
        ...Array.from({ length: 1_000 }, (_, index) =>
          chunk({ tool_calls: [{ index, id: `c${index}`, function: { name: 'x', arguments: '' } }] }),
        ),
      ),
    ],
  ])('of %s is a model_bad_answer at once', async (_what, reply) => {
    await using server = await LoopbackServer.start(reply);
    await expect(connect(server.url).complete()).rejects.toMatchObject({ code: 'model_bad_answer' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('finding out which API a server has', () => {
  const onlyChat: Reply = refuse(404, { message: 'Not Found' });

  test.each([404, 405])('%i on /responses leads to chat, once, and is remembered', async (status) => {
    await using server = await LoopbackServer.start(
      refuse(status, { message: 'no' }),
      stream(...ANSWER, USAGE),
    );
    const { complete } = connect(server.url, { api: 'auto' });
    await expect(complete()).resolves.toMatchObject({ text: 'hi' });
    await expect(complete()).resolves.toMatchObject({ text: 'hi' });
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/v1/responses',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
  });

  test('a server that has neither is not remembered as one that has chat', async () => {
    await using server = await LoopbackServer.start(onlyChat);
    const { complete } = connect(server.url, { api: 'auto' });
    await expect(complete()).rejects.toMatchObject({ code: 'model_not_found' });
    await expect(complete()).rejects.toMatchObject({ code: 'model_not_found' });
    expect(server.seen.map(({ path }) => path?.split('/').at(-1))).toEqual([
      'responses',
      'completions',
      'responses',
      'completions',
    ]);
  });

  test.each([
    ['the model is what is missing', refuse(404, { message: 'no', code: 'model_not_found' }), 'auto'],
    ['the operator named the API', onlyChat, 'responses'],
  ] as const)('chat is not asked where %s', async (_what, reply, api) => {
    await using server = await LoopbackServer.start(reply);
    await expect(connect(server.url, { api }).complete()).rejects.toMatchObject({ code: 'model_not_found' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('the deadline of a job', () => {
  test('is not waited past: Retry-After behind it ends the call at once', async () => {
    await using server = await LoopbackServer.start(
      refuse(429, { message: 'busy' }, { 'retry-after': '60' }),
    );
    const { complete } = connect(server.url);
    await expect(complete({ deadlineAt: Date.now() + 30_000 })).rejects.toMatchObject({
      code: 'model_rate_limited',
      message: expect.stringContaining('the job ends before it can be tried again') as string,
    });
    expect(server.seen).toHaveLength(1);
  });

  test('is not waited past: an open breaker behind it ends the call at once, without a request', async () => {
    await using server = await LoopbackServer.start(refuse(503, { message: 'overloaded' }));
    const states: string[] = [];
    const { complete } = connect(server.url, {
      maxFailures: 3,
      onBreaker: (state) => void states.push(state),
    });
    const deadlineAt = Date.now() + 4_000;
    await expect(complete({ deadlineAt })).rejects.toMatchObject({ code: 'model_unavailable' });
    await expect(complete({ deadlineAt })).rejects.toBeInstanceOf(DrydockError);
    expect([server.seen.length, states]).toEqual([3, ['open']]);
  });
});

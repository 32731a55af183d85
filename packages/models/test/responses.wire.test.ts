import type { ModelRequest } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { OpenAiModelsOptions } from '../src/index.ts';
import { OpenAiModels, loadModelTable } from '../src/index.ts';
import { LoopbackServer, refuse, stream, streamCut, streamOpen } from './loopback-server.ts';
import { RealClock } from './real-clock.ts';

const table = await loadModelTable();
const KEY = 'sk-live-0123456789abcdef';
const REQUEST: ModelRequest = {
  model: 'gpt-5.3-codex',
  instructions: 'Be exact.',
  transcript: [{ type: 'message', role: 'user', text: 'hello' }],
  tools: [],
  maxOutputTokens: 256,
  temperature: 0.2,
  cacheKey: 'job_1',
};

const message = (text: string) => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  phase: 'final_answer',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const CREATED = { type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } };
const itemDone = (item: object) => ({ type: 'response.output_item.done', output_index: 0, item });
const completed = (response: object = {}) => ({
  type: 'response.completed',
  response: { status: 'completed', output: [], usage: null, ...response },
});
const ANSWER = [CREATED, itemDone(message('hi')), completed()];

/** The gateway in front of a server, with waits that take no time. */
function connect(baseUrl: string, changes: Partial<OpenAiModelsOptions> = {}) {
  const clock = new RealClock();
  const gateway = new OpenAiModels({ table, baseUrl, apiKey: KEY, clock, random: () => 0, ...changes });
  const complete = (signal = AbortSignal.timeout(15_000)) => gateway.complete(REQUEST, signal);
  return { clock, complete };
}

describe('a request', () => {
  test('goes to /responses with the key, streaming and without a temperature the model refuses', async () => {
    await using server = await LoopbackServer.start(stream(...ANSWER));
    const turn = await connect(server.url).complete();
    expect(turn).toMatchObject({ text: 'hi', status: 'completed', notTaken: ['temperature'] });
    expect(server.seen).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: {} }] = server.seen;
    expect(path).toBe('/v1/responses');
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(body).toMatchObject({ stream: true, store: false, prompt_cache_key: 'job_1' });
    expect(body).not.toHaveProperty('temperature');
  });

  test('carries no Authorization where there is no key', async () => {
    await using server = await LoopbackServer.start(stream(...ANSWER));
    await connect(server.url, { apiKey: undefined }).complete();
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  test('is not sent on to where a redirect points', async () => {
    await using other = await LoopbackServer.start(stream(...ANSWER));
    await using server = await LoopbackServer.start(
      refuse(307, { message: 'moved' }, { location: `${other.url}/responses` }),
    );
    await expect(connect(server.url).complete()).rejects.toMatchObject({ code: 'model_error' });
    expect(other.seen).toEqual([]);
  });
});

describe('an answer', () => {
  test('may come in the last event only', async () => {
    await using server = await LoopbackServer.start(stream(completed({ output: [message('late')] })));
    await expect(connect(server.url).complete()).resolves.toMatchObject({ text: 'late' });
  });

  test('that ends with response.incomplete is incomplete', async () => {
    const response = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    await using server = await LoopbackServer.start(
      stream(itemDone(message('half')), { ...completed(response), type: 'response.incomplete' }),
    );
    await expect(connect(server.url).complete()).resolves.toMatchObject({
      status: 'incomplete',
      text: 'half',
    });
  });

  test('that never stops growing is a model_bad_answer', async () => {
    const huge = { type: 'response.output_text.delta', delta: 'x'.repeat(1 << 20) };
    await using server = await LoopbackServer.start(stream(...Array.from({ length: 20 }, () => huge)));
    const { clock, complete } = connect(server.url);
    await expect(complete()).rejects.toMatchObject({
      code: 'model_bad_answer',
      message: 'The model server answered with more than 16777216 bytes.',
    });
    expect(clock.waitsMs).toHaveLength(1);
  });
});

describe('an answer of a server that is odd', () => {
  test('has events and items that nobody knows: they are passed over', async () => {
    const unknown = { type: 'response.telepathy.delta', delta: { thought: [] } };
    await using server = await LoopbackServer.start(
      stream(CREATED, unknown, itemDone({ type: 'dream', id: 'd_1' }), itemDone(message('hi')), completed()),
    );
    await expect(connect(server.url).complete()).resolves.toMatchObject({ text: 'hi', status: 'completed' });
  });

  test.each([
    ['a last event without a response', { type: 'response.completed' }],
    ['a last event without an output', { type: 'response.completed', response: { status: 'completed' } }],
    ['an item that is null', itemDone(null as unknown as object)],
  ])('is a model_bad_answer at once where it has %s', async (_what, event) => {
    await using server = await LoopbackServer.start(stream(event, completed()));
    await expect(connect(server.url).complete()).rejects.toMatchObject({ code: 'model_bad_answer' });
    expect(server.seen).toHaveLength(1);
  });

  test('may be null, which is a model_bad_answer', async () => {
    await using server = await LoopbackServer.start((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: null\n\n');
    });
    await expect(connect(server.url).complete()).rejects.toMatchObject({ code: 'model_bad_answer' });
  });

  test.each([
    ['error', { type: 'error', code: 'context_length_exceeded', message: 'too long' }],
    [
      'response.failed',
      {
        type: 'response.failed',
        response: { error: { code: 'context_length_exceeded', message: 'too long' } },
      },
    ],
  ])('says in the middle of a stream, by %s, that the context is too long', async (_what, event) => {
    await using server = await LoopbackServer.start(stream(CREATED, event));
    await expect(connect(server.url).complete()).rejects.toMatchObject({ code: 'model_context_overflow' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a failure that may pass', () => {
  test.each([
    ['429', refuse(429, { message: 'slow down', code: 'rate_limit_exceeded' })],
    ['500', refuse(500, { message: 'oops' })],
    ['a stream that is cut', streamCut(CREATED, itemDone(message('lost')))],
    ['a stream that ends without its last event', stream(CREATED)],
    ['an error inside the stream', stream({ type: 'error', code: 'server_error', message: 'oops' })],
    [
      'a response that failed at the server',
      stream({ type: 'response.failed', response: { error: { code: 'server_error', message: 'oops' } } }),
    ],
  ])('%s is tried again and forgotten', async (_what, failure) => {
    await using server = await LoopbackServer.start(failure, failure, stream(...ANSWER));
    const turn = await connect(server.url).complete();
    expect(turn.items).toEqual([{ type: 'message', role: 'assistant', text: 'hi', phase: 'final_answer' }]);
    expect(server.seen).toHaveLength(3);
  });

  test('a silent stream is given up after the idle time and tried again', async () => {
    await using server = await LoopbackServer.start(streamOpen(CREATED), stream(...ANSWER));
    const turn = await connect(server.url, { idleTimeoutMs: 400 }).complete();
    expect(turn.text).toBe('hi');
    expect(server.seen).toHaveLength(2);
  });

  test('a server that never answers at all is given up after the idle time', async () => {
    await using server = await LoopbackServer.start(() => {}, stream(...ANSWER));
    await expect(connect(server.url, { idleTimeoutMs: 400 }).complete()).resolves.toMatchObject({
      text: 'hi',
    });
  });

  test.each([
    ['retry-after-ms', '30', 30],
    ['retry-after', '0.04', 40],
  ])('%s: %s is waited for', async (header, value, waitMs) => {
    await using server = await LoopbackServer.start(
      refuse(429, { message: 'slow down' }, { [header]: value }),
      stream(...ANSWER),
    );
    const { clock, complete } = connect(server.url);
    await complete();
    expect(clock.waitsMs).toContain(waitMs);
  });

  test('that does not pass in 5 retries is model_unavailable with the server’s last words', async () => {
    await using server = await LoopbackServer.start(refuse(503, { message: 'overloaded' }));
    await expect(connect(server.url).complete()).rejects.toMatchObject({
      code: 'model_unavailable',
      message: 'The model server could not be used (6 tries): 503 overloaded.',
    });
    expect(server.seen).toHaveLength(6);
  });

  test('a server that is not there is model_unavailable, without its address', async () => {
    const server = await LoopbackServer.start();
    const { url } = server;
    await server[Symbol.asyncDispose]();
    await expect(connect(url).complete()).rejects.toMatchObject({
      code: 'model_unavailable',
      message: 'The model server could not be used (6 tries): the connection failed (ECONNREFUSED).',
    });
  });
});

describe('a failure that stays', () => {
  test.each([401, 403])('%i is model_auth at once', async (status) => {
    await using server = await LoopbackServer.start(refuse(status, { message: 'no', code: 'bad_key' }));
    await expect(connect(server.url).complete()).rejects.toMatchObject({
      code: 'model_auth',
      message: `The model server refused the key (${status} bad_key).`,
    });
    expect(server.seen).toHaveLength(1);
  });

  test('422 transcript_departed is model_error at once, with the server’s words', async () => {
    const error = { message: 'fix-ts departed at step 2', code: 'transcript_departed' };
    await using server = await LoopbackServer.start(refuse(422, error));
    await expect(connect(server.url).complete()).rejects.toMatchObject({
      code: 'model_error',
      message: 'The model server answered 422 transcript_departed: fix-ts departed at step 2',
    });
    expect(server.seen).toHaveLength(1);
  });

  test('an answer of the wrong shape is model_bad_answer at once', async () => {
    await using server = await LoopbackServer.start(stream(itemDone({ type: 'message' }), completed()));
    await expect(connect(server.url).complete()).rejects.toMatchObject({ code: 'model_bad_answer' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('the signal', () => {
  test('ends a stream with its own reason and closes the connection', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await LoopbackServer.start((response) => {
      response.once('close', () => closed.resolve());
      streamOpen(CREATED)(response);
    });
    const deadline = new DrydockError('deadline_exceeded');
    const cancel = new AbortController();
    const completing = connect(server.url).complete(cancel.signal);
    await expect.poll(() => server.seen.length).toBe(1);
    cancel.abort(deadline);
    await expect(completing).rejects.toBe(deadline);
    await closed.promise;
  });

  test('ends a wait for Retry-After with its own reason', async () => {
    await using server = await LoopbackServer.start(
      refuse(429, { message: 'slow down' }, { 'retry-after': '60' }),
    );
    const deadline = new DrydockError('deadline_exceeded');
    const cancel = new AbortController();
    const { clock, complete } = connect(server.url);
    const completing = complete(cancel.signal);
    await expect.poll(() => clock.waitsMs).toContain(60_000);
    cancel.abort(deadline);
    await expect(completing).rejects.toBe(deadline);
  });
});

describe('the key', () => {
  test.each([
    ['a refused key', refuse(401, { message: `Incorrect API key: ${KEY}`, code: KEY })],
    ['a bad request', refuse(400, { message: `cannot use ${KEY}\nhere` })],
    ['a busy server', refuse(503, { message: `${KEY} is rate limited` })],
    ['a failure in the stream', stream({ type: 'error', code: 'server_error', message: `x ${KEY}` })],
    ['a cut stream', streamCut(CREATED)],
  ])('is nowhere in the error of %s, at no depth', async (_what, failure) => {
    await using server = await LoopbackServer.start(failure);
    const error = await connect(server.url)
      .complete()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DrydockError);
    expect(inspect(error, { depth: 20, showHidden: true, maxStringLength: null })).not.toContain(KEY);
  });

  test('is not shown when the gateway itself is inspected or logged', () => {
    const gateway = new OpenAiModels({
      table,
      baseUrl: 'http://127.0.0.1:9/v1',
      apiKey: KEY,
      clock: new RealClock(),
      random: () => 0,
    });
    expect(inspect(gateway, { depth: 20, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify(gateway)).not.toContain(KEY);
  });
});

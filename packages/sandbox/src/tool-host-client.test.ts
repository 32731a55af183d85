import { describe, expect, it } from 'vitest';
import { FakeGuest, handedOn } from '../test/fake-guest.ts';
import { ManualClock } from '@drydock/testing';
import { ToolHostClient } from './tool-host-client.ts';

const REQUEST = { cmd: 'true', workdir: '.', timeoutMs: 60_000, maxOutputBytes: 100 };
const never = new AbortController().signal;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const exited = (id: number, text = '') => ({
  type: 'exited',
  id,
  body: {
    exitCode: 0,
    signal: null,
    timedOut: false,
    durationMs: 1,
    head: base64(text),
    tail: '',
    totalBytes: text.length,
    totalLines: 1,
  },
});

/** A client whose tool hosts are started at once and then do what the test says. */
async function setUp() {
  const clock = new ManualClock(0);
  const hosts: FakeGuest[] = [];
  const done: string[] = [];
  const client = new ToolHostClient(
    {
      launch: async (toolHost) => {
        done.push('launch');
        const guest = new FakeGuest(toolHost.push);
        toolHost.connect(guest.process);
        hosts.push(guest);
        guest.say({ type: 'ready', body: { protocol: 1 } });
      },
      clear: async () => void done.push('clear'),
      condemn: (error) => done.push(`condemn: ${error.message}`),
    },
    clock,
  );
  await client.start(never);
  const host = (): FakeGuest => {
    const last = hosts.at(-1);
    if (last === undefined) throw new Error('There is no tool host.');
    return last;
  };
  /** Asks, and lets the request arrive. */
  const exec = async (more = {}) => {
    const result = client.exec({ ...REQUEST, ...more }, never);
    result.catch(() => undefined);
    await handedOn();
    return { result };
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await handedOn();
  };
  return { client, clock, host, done, exec, pass };
}

describe('ToolHostClient', () => {
  it('asks, and gives the answer', async () => {
    const { host, exec } = await setUp();
    const { result } = await exec();
    expect(host().received).toEqual([
      {
        type: 'exec',
        id: 1,
        body: { cmd: 'true', workdir: '.', env: {}, timeoutMs: 60_000, maxOutputBytes: 100 },
      },
    ]);
    host().say(exited(1, 'said'));
    expect(await result).toMatchObject({ exitCode: 0, head: 'said' });
  });

  it('answers a command whose tool host ended as killed, and has started another by then', async () => {
    const { host, exec, done } = await setUp();
    const { result } = await exec();
    host().say({ type: 'output', id: 1, body: { data: base64('so far') } });
    host().end();
    expect(await result).toMatchObject({ signal: 'SIGKILL', head: 'so far', timedOut: false });
    expect(done).toEqual(['launch', 'clear', 'launch']);
  });

  it('gives up a tool host that does not answer for 10 s while a command runs', async () => {
    const { host, exec, done, pass } = await setUp();
    const { result } = await exec();
    for (const ms of [5_000, 4_000]) await pass(ms);
    expect(host().received.at(-1)).toMatchObject({ type: 'ping' });
    expect(done).toEqual(['launch']);
    await pass(1_000);
    expect(await result).toMatchObject({
      signal: 'SIGKILL',
      tail: expect.stringContaining('was stopped') as string,
    });
    expect(done).toEqual(['launch', 'clear', 'launch']);
  });

  it('keeps one that answers, and asks nothing while nothing runs', async () => {
    const { host, exec, done, pass } = await setUp();
    const { result } = await exec();
    for (let id = 2; id < 6; id += 1) {
      await pass(5_000);
      host().say({ type: 'done', id, body: {} });
      await handedOn();
    }
    host().say(exited(1));
    expect(await result).toMatchObject({ exitCode: 0 });
    await pass(60_000);
    expect(host().received).toHaveLength(5);
    expect(done).toEqual(['launch']);
  });

  it('does not take one for stopped that a capture has stand still', async () => {
    const { client, host, exec, done, pass } = await setUp();
    const { result } = await exec();
    const capture = Promise.withResolvers<void>();
    const captured = client.whileQuiet(() => capture.promise);
    for (const ms of [5_000, 4_000, 30_000]) await pass(ms);
    capture.resolve();
    await captured;
    host().say({ type: 'done', id: 2, body: {} });
    await handedOn();
    host().say({ type: 'done', id: 3, body: {} });
    host().say(exited(1));
    expect(await result).toMatchObject({ exitCode: 0 });
    expect(done).toEqual(['launch']);
  });

  it.each([
    ['answers what nobody asked', exited(7)],
    ['speaks of a command that does not run', { type: 'output', id: 7, body: { data: '' } }],
    ['says what no tool host says', { type: 'approve', id: 1, body: {} }],
  ])('condemns a sandbox whose tool host %s', async (_, frame) => {
    const { host, exec, done } = await setUp();
    const { result } = await exec();
    host().say(frame);
    await expect(result).rejects.toMatchObject({ code: 'protocol_error' });
    expect(done.at(-1)).toMatch(/^condemn: /);
  });

  it('gives a session a number, and forgets it with its tool host', async () => {
    const { client, host, exec } = await setUp();
    const { result } = await exec({ yieldMs: 100 });
    host().say({
      type: 'running',
      id: 1,
      body: { durationMs: 100, head: '', tail: '', totalBytes: 0, totalLines: 1 },
    });
    expect(await result).toMatchObject({ sessionId: 1, exitCode: null });
    host().end();
    await handedOn();
    const look = { sessionId: 1, chars: '', yieldMs: 0, maxOutputBytes: 10 };
    expect(await client.writeStdin(look, never)).toMatchObject({ signal: 'SIGKILL' });
    expect(await client.writeStdin(look, never)).toHaveProperty('refused');
  });

  it('loses the sandbox when tool hosts die again and again', async () => {
    const { host, exec } = await setUp();
    const failed = async () => {
      for (let turn = 0; turn < 30; turn += 1) {
        const { result } = await exec();
        host().end();
        await result;
      }
    };
    await expect(failed()).rejects.toMatchObject({ code: 'sandbox_lost' });
  });
});

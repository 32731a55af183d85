import type { AgentFrame } from '@drydock/contracts';
import { FrameEncoder } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { collect } from '../test/collect.ts';
import { FakeGuest, handedOn } from '../test/fake-guest.ts';
import { AgentChannel } from './agent-channel.ts';

const READY = { type: 'ready', body: { protocol: 1 } };
const call = (id: number) => ({ type: 'tool.call', id, body: { callId: `c${id}` } });
const never = new AbortController().signal;

function setUp() {
  let violations = 0;
  const channel = new AgentChannel(() => (violations += 1));
  const guest = new FakeGuest(channel.push);
  channel.connect(guest.process);
  const read = async (): Promise<AgentFrame[]> => collect(channel.frames(never));
  return { channel, guest, read, violations: () => violations };
}

describe('AgentChannel', () => {
  it('gives frames in order, also byte by byte, and ends with the process', async () => {
    const { channel, guest, read } = setUp();
    const encoder = new FrameEncoder();
    const bytes = Buffer.concat([READY, call(1), call(2)].map((frame) => encoder.encode(frame)));
    guest.write(bytes, { pieceBytes: 1 });
    await channel.ready;
    guest.end();
    expect(await read()).toEqual([call(1), call(2)]);
  });

  it.each([
    ['a frame twice', (guest: FakeGuest) => guest.write(new FrameEncoder().encode(call(1)))],
    ['a frame larger than frames are', (guest: FakeGuest) => guest.write(Buffer.alloc(8, 255))],
    ['what no agent says', (guest: FakeGuest) => guest.say({ type: 'approve', body: {} })],
    ['ready twice', (guest: FakeGuest) => guest.say(READY)],
    [
      'more than anybody takes',
      (guest: FakeGuest) => Array.from({ length: 300 }, (_, id) => guest.say(call(id + 1))),
    ],
    ['words where frames go', (guest: FakeGuest) => guest.write(Buffer.from('\0\0\0\u0005hello', 'latin1'))],
    [
      'no end on stderr',
      (guest: FakeGuest) => guest.write(Buffer.alloc(5 << 20), { stderr: true, pieceBytes: 65_536 }),
    ],
  ])('fails, once, when the agent says %s', async (_, misbehave) => {
    const { channel, guest, read, violations } = setUp();
    guest.say(READY);
    await channel.ready;
    misbehave(guest);
    guest.say(call(9));
    await handedOn();
    await expect(read().then(() => read())).rejects.toMatchObject({ code: 'protocol_error' });
    expect(violations()).toBe(1);
  });

  it('that ends in the middle of a frame is an end, not an error', async () => {
    const { channel, guest, read } = setUp();
    guest.say(READY);
    await channel.ready;
    guest.write(new FrameEncoder().encode(call(1)).subarray(0, 9));
    guest.end();
    expect(await read()).toEqual([]);
  });

  it('that ends before it is ready says why, in its last words', async () => {
    const { channel, guest } = setUp();
    guest.write(Buffer.from('no such luck'), { stderr: true });
    guest.end();
    await expect(channel.ready).rejects.toMatchObject({
      code: 'sandbox_lost',
      message: expect.stringContaining('no such luck') as string,
    });
  });

  it('of another version is not ready', async () => {
    const { channel, guest } = setUp();
    guest.say({ type: 'ready', body: { protocol: 99 } });
    await expect(channel.ready).rejects.toMatchObject({ code: 'protocol_error' });
  });

  it('stops waiting when nobody wants to know', async () => {
    const abort = new AbortController();
    const reading = collect(setUp().channel.frames(abort.signal));
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

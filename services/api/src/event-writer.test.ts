import { PassThrough } from 'node:stream';
import type { JobEvent } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { EventWriter, toMessage } from './event-writer.ts';

const EVENT: JobEvent = {
  seq: 3,
  at: '2026-01-01T00:00:00Z',
  attempt: 1,
  type: 'message.added',
  data: { role: 'assistant', text: 'a\nb\r\u2028' },
};
const never = new AbortController().signal;

describe('EventWriter', () => {
  it('writes id, type and the whole event on one data line', () => {
    const lines = toMessage(EVENT).split('\n');
    expect(lines.slice(0, 2)).toEqual(['id: 3', 'event: message.added']);
    expect(JSON.parse((lines[2] ?? '').slice('data: '.length))).toEqual(EVENT);
    expect(lines.slice(3)).toEqual(['', '']);
  });

  it('waits for the client to read before it lets more be sent', async () => {
    const target = new PassThrough({ highWaterMark: 8 });
    const writer = new EventWriter(target, { stallMs: 60_000, maxBufferedBytes: 1_000 });
    const written = writer.write(EVENT, never);
    target.resume();
    expect(await written).toBe('written');
  });

  it('gives up on a client that has too much waiting, or takes too long', async () => {
    const target = new PassThrough({ highWaterMark: 8 });
    const buffered = new EventWriter(target, { stallMs: 60_000, maxBufferedBytes: 10 });
    expect(await buffered.write(EVENT, never)).toBe('slow');
    const stalled = new EventWriter(target, { stallMs: 1, maxBufferedBytes: 10_000 });
    expect(await stalled.write('idle', never)).toBe('slow');
  });

  it('rejects with the reason of the signal while it waits', async () => {
    const abort = new AbortController();
    const writer = new EventWriter(new PassThrough({ highWaterMark: 8 }), {
      stallMs: 60_000,
      maxBufferedBytes: 1_000,
    });
    const written = writer.write(EVENT, abort.signal);
    abort.abort(new Error('closed'));
    await expect(written).rejects.toThrow('closed');
  });
});

import { describe, expect, it } from 'vitest';
import type { ServerSentEvent } from './parse-server-sent-events.ts';
import { parseServerSentEvents } from './parse-server-sent-events.ts';

async function parse(...chunks: readonly (string | Uint8Array)[]) {
  const bytes = (async function* () {
    await Promise.resolve();
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  })();
  const messages: ServerSentEvent[] = [];
  for await (const message of parseServerSentEvents(bytes)) messages.push(message);
  return messages;
}

describe('parseServerSentEvents', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads id, event and data with %s line ends', async (_name, end) => {
    const text = ['id: 7', 'event: job.finished', 'data: {"a":1}', '', ''].join(end);
    expect(await parse(text)).toEqual([{ id: '7', event: 'job.finished', data: '{"a":1}' }]);
  });

  it('gives the same messages however the stream is cut', async () => {
    const text = '\uFEFFretry: 2000\r\n\r\nid: 1\r\ndata: é€😀\r\n\r\n: heartbeat\n\nid:2\rdata:b\r\r';
    const whole = await parse(text);
    expect(whole).toEqual([
      { id: '1', event: 'message', data: 'é€😀' },
      { id: '2', event: 'message', data: 'b' },
    ]);
    const bytes = new TextEncoder().encode(text);
    expect(await parse(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('joins data lines, keeps the last id and forgets the event name', async () => {
    expect(await parse('id: 1\nevent: x\ndata: a\ndata:\ndata:  b\n\ndata: c\n\n')).toEqual([
      { id: '1', event: 'x', data: 'a\n\n b' },
      { id: '1', event: 'message', data: 'c' },
    ]);
  });

  it('ignores comments, unknown fields, messages without data and ids with NUL', async () => {
    expect(await parse(': hi\n\nfoo: bar\nid\n\nevent: x\n\nid: a\0b\ndata\n\n')).toEqual([
      { id: '', event: 'message', data: '' },
    ]);
  });

  it('leaves out a message that the stream ends in the middle of', async () => {
    expect(await parse('data: a\n\ndata: b\n')).toEqual([{ id: '', event: 'message', data: 'a' }]);
  });

  it('refuses a message without end', async () => {
    const line = `data: ${'x'.repeat(1 << 20)}\n`;
    await expect(parse(...Array.from({ length: 9 }, () => line))).rejects.toThrow('too large');
    await expect(parse('x'.repeat((8 << 20) + 1))).rejects.toThrow('too large');
  });
});

import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { OutputStream } from './output-stream.ts';

function start() {
  const clock = new ManualClock();
  const parts: string[] = [];
  const stream = new OutputStream(clock, (bytes) => parts.push(Buffer.from(bytes).toString()));
  return { clock, parts, push: (text: string) => stream.push(Buffer.from(text)), stream };
}

describe('OutputStream', () => {
  test('gathers what comes within 50 ms', async () => {
    const { clock, parts, push } = start();
    push('a');
    push('b');
    await clock.advance(49);
    expect(parts).toEqual([]);
    await clock.advance(1);
    expect(parts).toEqual(['ab']);
    push('c');
    await clock.advance(100);
    expect(parts).toEqual(['ab', 'c']);
  });

  test('sends at most twenty parts a second, of at most 16 KiB', async () => {
    const { clock, parts, push } = start();
    push('x'.repeat(400 << 10));
    await clock.advance(1_000);
    expect(parts.map((part) => part.length)).toEqual(Array.from({ length: 20 }, () => 16 << 10));
  });

  test('ends each part with a whole character', async () => {
    const { clock, parts, stream } = start();
    stream.push(Buffer.from('aä').subarray(0, 2));
    await clock.advance(50);
    stream.push(Buffer.from('ä').subarray(1));
    await clock.advance(100);
    expect(parts).toEqual(['a', 'ä']);
  });

  test('hands on the rest when it is flushed, and nothing twice', async () => {
    const { clock, parts, push, stream } = start();
    push('x'.repeat((16 << 10) + 1));
    stream.flush();
    await clock.advance(200);
    expect(parts.map((part) => part.length)).toEqual([16 << 10, 1]);
  });
});

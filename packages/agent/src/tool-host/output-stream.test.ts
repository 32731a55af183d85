import { describe, expect, test } from 'vitest';
import { ManualClock } from '@drydock/testing';
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

  test('holds back less than 256 KiB: more is sent at once, in parts of that size', async () => {
    const { clock, parts, push } = start();
    push('x'.repeat((600 << 10) + 1));
    expect(parts.map((part) => part.length)).toEqual([256 << 10, 256 << 10]);
    await clock.advance(50);
    expect(parts.at(-1)).toHaveLength((88 << 10) + 1);
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
    push('x'.repeat(17));
    stream.flush();
    await clock.advance(200);
    expect(parts.map((part) => part.length)).toEqual([17]);
  });
});

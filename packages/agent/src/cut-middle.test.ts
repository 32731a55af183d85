import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatObservation } from './format-observation.ts';
import { cutMiddle, estimateTokens } from './cut-middle.ts';
import { HeadTailBuffer } from './tool-host/head-tail-buffer.ts';

const MARKER = /\n…(\d+) tokens truncated…\n/;
const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\n', ' '), maxLength: 400 });
const tokens = fc.integer({ min: 1, max: 60 });

/** Both ends of a text that was cut, and how many tokens its marker counts. */
function readCut(cut: string): { head: string; tail: string; missing: number } {
  const [head = '', missing, tail = ''] = cut.split(MARKER);
  return { head, tail, missing: Number(missing) };
}

describe('cutMiddle', () => {
  test('leaves a text that fits as it is', () => {
    fc.assert(
      fc.property(text, (whole) => {
        expect(cutMiddle(whole, Buffer.byteLength(whole))).toBe(whole);
      }),
    );
  });

  test('keeps both ends of one that does not, in whole characters, and counts exactly what is missing', () => {
    fc.assert(
      fc.property(text, tokens, (whole, maxTokens) => {
        const totalBytes = Buffer.byteLength(whole);
        fc.pre(totalBytes > maxTokens * 4);
        const { head, tail, missing } = readCut(cutMiddle(whole, maxTokens * 4));
        expect(whole.startsWith(head) && whole.endsWith(tail)).toBe(true);
        const keptBytes = Buffer.byteLength(head + tail);
        expect(keptBytes).toBeLessThanOrEqual(maxTokens * 4);
        expect(missing).toBeGreaterThan(0);
        expect(estimateTokens(keptBytes) + missing).toBe(estimateTokens(totalBytes));
      }),
    );
  });
});

describe('the answer to a command', () => {
  test('states the tokens of the whole output, which are those that are shown and those that its marker counts', () => {
    fc.assert(
      fc.property(text, tokens, (whole, maxTokens) => {
        const buffer = new HeadTailBuffer(maxTokens * 4);
        buffer.push(Buffer.from(whole));
        const { head, tail } = buffer.read();
        const { totalBytes, totalLines } = buffer;
        fc.pre(totalBytes > maxTokens * 4);
        const answer = formatObservation({
          kind: 'command',
          exitCode: 0,
          signal: null,
          timedOut: false,
          durationMs: 0,
          totalBytes,
          totalLines,
          head: head.toString(),
          tail: tail.toString(),
          omittedBytes: totalBytes - head.byteLength - tail.byteLength,
        });
        const [, stated, lines, shown] =
          /\nOriginal token count: (\d+)\nOutput:\nTotal output lines: (\d+)\n\n([^]*)$/.exec(answer) ?? [];
        const cut = readCut(shown ?? '');
        expect(estimateTokens(Buffer.byteLength(cut.head + cut.tail)) + cut.missing).toBe(Number(stated));
        expect(Number(stated)).toBe(estimateTokens(Buffer.byteLength(whole)));
        expect(Number(lines)).toBe(whole.split('\n').length - (whole.endsWith('\n') ? 1 : 0));
        expect(whole.startsWith(cut.head) && whole.endsWith(cut.tail)).toBe(true);
      }),
    );
  });
});

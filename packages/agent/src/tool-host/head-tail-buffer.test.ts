import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeadTailBuffer } from './head-tail-buffer.ts';

function fill(maxBytes: number, ...chunks: string[]) {
  const buffer = new HeadTailBuffer(maxBytes);
  for (const chunk of chunks) buffer.push(Buffer.from(chunk));
  const { head, tail } = buffer.read();
  return { head: head.toString(), tail: tail.toString(), total: buffer.totalBytes };
}

describe('HeadTailBuffer', () => {
  test('gives back all of an output that fits, as head', () => {
    expect(fill(8, 'abc', 'defgh')).toEqual({ head: 'abcdefgh', tail: '', total: 8 });
  });

  test('keeps the first and the last half of one that does not', () => {
    expect(fill(8, 'abc', 'defghijk', 'l')).toEqual({
      head: 'abcd',
      tail: 'ijkl',
      total: 12,
    });
  });

  test('cuts between characters', () => {
    expect(fill(8, 'äöüäöüäöü')).toEqual({ head: 'äö', tail: 'öü', total: 18 });
    expect(fill(6, 'aääaaaaää')).toMatchObject({ head: 'aä', tail: 'ä' });
    expect(fill(10, '€€€€€')).toMatchObject({ head: '€', tail: '€' });
  });

  test('keeps nothing of the tail where there is room for one byte', () => {
    expect(fill(1, 'abc')).toEqual({ head: 'a', tail: '', total: 3 });
  });

  test('counts lines, a last one without an ending too, and begins anew', () => {
    const buffer = new HeadTailBuffer(2);
    for (const chunk of ['a\nb', 'c\n', '', 'd']) buffer.push(Buffer.from(chunk));
    expect(buffer.totalLines).toBe(3);
    buffer.clear();
    expect(buffer.totalLines).toBe(0);
    buffer.push(Buffer.from('\n\n'));
    expect(buffer.totalLines).toBe(2);
  });

  test('is head and tail of the whole, however it came in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{0,30}$/)),
        fc.integer({ min: 1, max: 40 }),
        (chunks, max) => {
          const whole = chunks.join('');
          const { head, tail, total } = fill(max, ...chunks);
          const isCut = whole.length > max;
          expect(total).toBe(whole.length);
          expect(head).toBe(isCut ? whole.slice(0, Math.ceil(max / 2)) : whole);
          expect(tail).toBe(isCut ? whole.slice(whole.length - Math.floor(max / 2)) : '');
        },
      ),
    );
  });
});

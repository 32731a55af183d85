import { describe, expect, it } from 'vitest';
import { KeptLog } from './kept-log.ts';

const keep = (maxBytes: number, ...printed: string[]): KeptLog => {
  const log = new KeptLog(maxBytes);
  for (const text of printed) log.append(text);
  return log;
};

describe('KeptLog', () => {
  it('keeps the start of what is printed, by whole characters, and nothing behind the cut', () => {
    const log = keep(6, 'ab', 'éé', '€', 'x');
    expect({ text: log.text, bytes: log.byteLength }).toEqual({ text: 'abéé', bytes: 6 });
    expect(keep(5, 'ab', 'éé', 'x').text).toBe('abé');
  });

  it('keeps notes where nothing more is kept of what is printed', () => {
    const log = keep(2, 'abc');
    log.note('\n[cut]');
    expect({ text: log.text, printed: log.printedBytes }).toEqual({ text: 'ab\n[cut]', printed: 2 });
  });

  it('forgets what is said anew, and has its room again', () => {
    const log = keep(4, 'ab', 'cdef');
    log.cutTo(2);
    log.append('xyz');
    expect(log.text).toBe('abxy');
  });

  it.each([
    ['', 1, ['']],
    ['a', 1, ['a']],
    ['a\nb\n', 2, ['a', 'b']],
    ['a\n\n', 2, ['a', '']],
    ['\n', 1, ['']],
  ])('has of %j %i lines', (text, count, lines) => {
    const log = keep(99, text);
    expect({ count: log.lineCount, lines: [...log.linesFrom(1, 9)] }).toEqual({ count, lines });
  });

  it('gives lines from any of them on, long ones cut behind what is shown', () => {
    const log = keep(99, `one\n${'é'.repeat(20)}\nthree`);
    const [two = '', three] = log.linesFrom(2, 4);
    expect([two.startsWith('ééééé'), two.length < 20, three]).toEqual([true, true, 'three']);
  });

  it('holds little more than its bytes, whatever they are and however they come', () => {
    const log = new KeptLog(1 << 16);
    for (let index = 0; index < 1 << 17; index += 1) log.append('\n');
    log.seal();
    expect({ bytes: log.byteLength, lines: log.lineCount }).toEqual({ bytes: 1 << 16, lines: 1 << 16 });
  });
});

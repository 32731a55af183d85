import { describe, expect, it } from 'vitest';
import { TestLogs, readLines } from './test-log.ts';

const LINES = ['one', 'two', 'three', 'four'];

describe('a log', () => {
  it.each([
    [{ start: 2, lines: 2 }, 'Lines 2 to 3 of 4; go on with start: 4.\ntwo\nthree'],
    [{ start: -1, lines: 9 }, 'Lines 4 to 4 of 4.\nfour'],
    [{ start: -99, lines: 1 }, 'Lines 1 to 1 of 4; go on with start: 2.\none'],
    [{ start: 9, lines: 1 }, 'There is no line 9: it has 4 lines.'],
  ])('is read by range %j', (range, text) => {
    expect(readLines(LINES, range)).toBe(text);
  });

  it('is cut by whole lines where they are long, and says where it goes on', () => {
    const text = readLines(
      Array.from({ length: 100 }, () => 'x'.repeat(9_000)),
      { start: 1, lines: 100 },
    );
    expect(text).toMatch(/^Lines 1 to 23 of 100; go on with start: 24\.\nx{2000}…\n/);
  });

  it('is there for the last eight runs', () => {
    const logs = new TestLogs();
    for (let index = 0; index < 10; index += 1) logs.keep(logs.next(), `run\n`);
    expect(logs.runs).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(logs.read(2, { start: 1, lines: 1 })).toBeUndefined();
    expect(logs.read(10, { start: 1, lines: 1 })).toBe('Lines 1 to 1 of 1.\nrun');
  });
});

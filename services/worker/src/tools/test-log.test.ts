import { describe, expect, it } from 'vitest';
import { KeptLog } from './kept-log.ts';
import { readLines } from './read-lines.ts';
import { TestLogs } from './test-log.ts';

const toLog = (text: string): KeptLog => {
  const log = new KeptLog(2 << 20);
  log.append(text);
  return log;
};
const LOG = toLog('one\ntwo\nthree\nfour\n');

describe('a log', () => {
  it.each([
    [{ start: 2, lines: 2 }, 'Lines 2 to 3 of 4; go on with start: 4.\ntwo\nthree'],
    [{ start: -1, lines: 9 }, 'Lines 4 to 4 of 4.\nfour'],
    [{ start: -99, lines: 1 }, 'Lines 1 to 1 of 4; go on with start: 2.\none'],
    [{ start: 9, lines: 1 }, 'There is no line 9: it has 4 lines.'],
  ])('is read by range %j', (range, text) => {
    expect(readLines(LOG, range)).toBe(text);
  });

  it('is cut by whole lines where they are long, and says where it goes on', () => {
    const text = readLines(toLog(`${'x'.repeat(9_000)}\n`.repeat(100)), { start: 1, lines: 100 });
    expect(text).toMatch(/^Lines 1 to 23 of 100; go on with start: 24\.\nx{2000}…\n/);
  });

  it('is there for the last eight runs', () => {
    const logs = new TestLogs();
    for (let index = 0; index < 10; index += 1) logs.keep(toLog('run\n'));
    expect(logs.runs).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(logs.read(2, { start: 1, lines: 1 })).toBeUndefined();
    expect(logs.read(10, { start: 1, lines: 1 })).toBe('Lines 1 to 1 of 1.\nrun');
  });

  it('is forgotten earlier where all of them take more than 8 MiB, however short its lines are', () => {
    const logs = new TestLogs();
    for (let index = 0; index < 8; index += 1) logs.keep(toLog('\n'.repeat(3 << 20)));
    expect({ runs: logs.runs, bytes: logs.byteLength }).toEqual({ runs: [5, 6, 7, 8], bytes: 8 << 20 });
    expect(logs.read(8, { start: -1, lines: 9 })).toBe(`Lines ${2 << 20} to ${2 << 20} of ${2 << 20}.\n`);
  });
});

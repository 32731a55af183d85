import { describe, expect, test } from 'vitest';
import { findExecProcesses } from './exec-processes.ts';

const entry = (pid: number, parent: number, rest: { session?: number; tagged?: boolean } = {}) => ({
  pid,
  parent,
  session: 1,
  tagged: false,
  ...rest,
});

describe('findExecProcesses', () => {
  test('finds the sessions, what is tagged, and what descends from either', () => {
    const table = [
      entry(10, 1, { session: 10 }),
      entry(11, 1, { session: 11, tagged: true }),
      entry(13, 12, { session: 13 }),
      entry(12, 11, { session: 12 }),
      entry(15, 1, { session: 14 }),
    ];
    expect(new Set(findExecProcesses(table, [10, 14]))).toEqual(new Set([10, 11, 12, 13, 15]));
  });

  test('leaves the processes of other commands alone', () => {
    const table = [entry(20, 5, { session: 20 }), entry(21, 20, { session: 21 }), entry(5, 1)];
    expect(findExecProcesses(table, [10])).toEqual([]);
  });
});

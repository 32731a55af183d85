import { expect, test } from 'vitest';
import { countMovable } from './count-movable.ts';

const POLICY = { maxAgeMs: 100, maxEntries: 10, segmentEntries: 4 };
const NOW = 1_000;

test.each<[string, readonly number[], number, number]>([
  ['nothing', [], 0, 0],
  ['young entries stay', [950, 960], 2, 0],
  ['at the age itself, too', [900, 960], 2, 0],
  ['behind it, all that are older than half of it go', [899, 940, 949, 950], 4, 3],
  ['and all, where all are', [100, 200], 2, 2],
  ['too many: a segment goes whatever its age', [990, 991, 992, 993], 11, 4],
])('%s', (_what, oldestAt, entries, count) => {
  expect(countMovable({ oldestAt, entries, now: NOW }, POLICY)).toBe(count);
});

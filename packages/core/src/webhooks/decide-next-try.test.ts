import { expect, test } from 'vitest';
import { decideNextTry } from './decide-next-try.ts';

test('waits 5 s, 30 s, 2 min, 10 min, 1 h and 6 h, and gives up after the seventh try', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) => decideNextTry(tries, 0));
  expect(delays).toEqual([5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, undefined, undefined]);
});

test('jitter makes a wait longer by a fifth at most, and never shorter', () => {
  expect([0, 0.5, 1].map((random) => decideNextTry(1, random))).toEqual([5_000, 5_500, 6_000]);
});

import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

test('gives each host its turn, and no host more than it may have', () => {
  const queue = new FairQueue<string>(2);
  for (const item of ['a1', 'a2', 'a3', 'b1']) queue.add(item.slice(0, 1), item);
  const taken = [1, 2, 3, 4].map(() => queue.take());
  expect(taken.map((one) => one?.item)).toEqual(['a1', 'b1', 'a2', undefined]);
  expect(queue.left()).toEqual(['a3']);
  taken[0]?.done();
  expect(queue.take()?.item).toBe('a3');
  expect(queue.left()).toEqual([]);
});

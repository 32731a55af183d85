import { expect, it } from 'vitest';
import { findDescendants } from './find-descendants.ts';

const known = (tree: Readonly<Record<number, number | undefined>>) =>
  Object.entries(tree).map(([pid, ppid]) => ({ pid: Number(pid), ppid }));

it.each([
  ['children and theirs', { 10: 1, 11: 10, 12: 11, 13: 12, 20: 1, 21: 20 }, [10], [11, 12, 13]],
  ['of every root, and no root', { 10: 1, 11: 10, 12: 10, 13: 12 }, [10, 12], [11, 13]],
  ['nobody of a root that is gone', { 11: 1 }, [10], []],
  ['nobody without roots', { 10: 1, 11: 10 }, [], []],
  ['not who is gone already', { 10: 1, 11: undefined, 12: 11 }, [10], []],
  ['each once, whatever the numbers say', { 10: 11, 11: 10 }, [10], [11]],
])('finds %s', (_, tree, roots, expected) => {
  expect(findDescendants(known(tree), roots)).toEqual(expected);
});

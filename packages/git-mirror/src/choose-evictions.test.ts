import { expect, it } from 'vitest';
import { chooseEvictions } from './choose-evictions.ts';

const mirror = (name: string, usedAt: number, bytes = 10) => ({ name, usedAt, bytes });
const MIRRORS = [mirror('new', 3), mirror('old', 1), mirror('middle', 2)];
const names = (budgetBytes: number) => chooseEvictions(MIRRORS, budgetBytes).map(({ name }) => name);

it('takes the least recently used, and no more than is needed', () => {
  expect(names(30)).toEqual([]);
  expect(names(29)).toEqual(['old']);
  expect(names(20)).toEqual(['old']);
  expect(names(19)).toEqual(['old', 'middle']);
  expect(names(0)).toEqual(['old', 'middle', 'new']);
});

import { expect, it } from 'vitest';
import { chooseLayersToRemove } from './choose-layers-to-remove.ts';

const layer = (key: string, usedAt: number, bytes = 10) => ({ key, usedAt, bytes });
const LAYERS = [layer('new', 30), layer('old', 10), layer('middle', 20)];
const choose = (budgetBytes: number, usedBefore = 100) =>
  chooseLayersToRemove(LAYERS, { budgetBytes, usedBefore }).map(({ key }) => key);

it('takes the least recently used, and no more than is needed', () => {
  expect(choose(30)).toEqual([]);
  expect(choose(29)).toEqual(['old']);
  expect(choose(19)).toEqual(['old', 'middle']);
  expect(choose(0)).toEqual(['old', 'middle', 'new']);
});

it('leaves what was used a moment ago, however much it takes', () => {
  expect(choose(0, 20)).toEqual(['old']);
  expect(choose(0, 10)).toEqual([]);
});

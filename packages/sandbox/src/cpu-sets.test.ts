import { expect, it } from 'vitest';
import { CpuSets, parseCpuList } from './cpu-sets.ts';

it('reads lists of cores as the kernel writes them', () => {
  expect(parseCpuList('0-2,5,8-9\n')).toEqual([0, 1, 2, 5, 8, 9]);
});

it('hands out cores in turn, and no more than there are', () => {
  const sets = new CpuSets([2, 3, 7]);
  expect([sets.take(1), sets.take(1.5), sets.take(2), sets.take(8)]).toEqual([
    { cpuset: '2', cpus: 1 },
    { cpuset: '3,7', cpus: 1.5 },
    { cpuset: '2,3', cpus: 2 },
    { cpuset: '2,3,7', cpus: 3 },
  ]);
});

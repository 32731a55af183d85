import { expect, it } from 'vitest';
import { decideRemoval } from './decide-removal.ts';

const POLICY = { maxAgeMs: 1_000, maxJobs: 2, maxMemoryShare: 0.75, minAgeMs: 100 };
const FEW = { endedJobs: 2, memoryShare: 0.5 };
const MANY = { endedJobs: 3, memoryShare: 0.5 };
const FULL = { endedJobs: 1, memoryShare: 0.76 };

it.each([
  ['young, few, room', { ageMs: 999, rank: 0 }, FEW, undefined],
  ['old enough', { ageMs: 1_000, rank: 0 }, FEW, 'age'],
  ['old enough, also where there are too many', { ageMs: 1_000, rank: 0 }, MANY, 'age'],
  ['the oldest of too many', { ageMs: 100, rank: 0 }, MANY, 'count'],
  ['the second oldest of one too many', { ageMs: 100, rank: 1 }, MANY, undefined],
  ['one of too many, ended just now', { ageMs: 99, rank: 0 }, MANY, undefined],
  ['any, where memory is short', { ageMs: 100, rank: 0 }, FULL, 'memory'],
  ['ended just now, where memory is short', { ageMs: 99, rank: 0 }, FULL, undefined],
] as const)('%s: %j', (_case, candidate, stock, reason) => {
  expect(decideRemoval(candidate, stock, POLICY)).toBe(reason);
});

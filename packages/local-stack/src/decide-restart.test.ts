import { expect, test } from 'vitest';
import { decideRestart } from './decide-restart.ts';

const NOW = 1_000_000;
const deaths = (count: number, agoMs = 1_000): number[] => Array.from({ length: count }, () => NOW - agoMs);

test.each([
  [deaths(1), { kind: 'restart', afterMs: 250 }],
  [deaths(2), { kind: 'restart', afterMs: 500 }],
  [deaths(5), { kind: 'restart', afterMs: 4_000 }],
  [deaths(6), { kind: 'give_up' }],
  [[...deaths(9, 60_000), NOW], { kind: 'restart', afterMs: 250 }],
])('of deaths at %j comes %j', (deathsAt, decision) => {
  expect(decideRestart(deathsAt, NOW)).toEqual(decision);
});

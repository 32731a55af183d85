import { describe, expect, it } from 'vitest';
import { decideSpare } from './decide-spare.ts';

describe('decideSpare', () => {
  it.each([
    ['two wait and a core is free', { idle: 2, leased: 1 }, { kind: 'give' }],
    ['only one waits', { idle: 1, leased: 0 }, { kind: 'keep', reason: 'last' }],
    ['every core has its job', { idle: 2, leased: 2 }, { kind: 'keep', reason: 'busy' }],
  ] as const)('where %s', (_, facts, decision) => {
    expect(decideSpare(facts, 2)).toEqual(decision);
  });
});

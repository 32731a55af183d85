import { expect, it } from 'vitest';
import { decideRefill, type RefillDecision, type RefillFacts } from './decide-refill.ts';

const limits = { size: 2, sandboxBytes: 100, memoryBytes: 400, maxRunning: 5 };

const CASES: readonly (readonly [claim: string, facts: RefillFacts, decision: RefillDecision])[] = [
  ['boots when there is room', { idle: 0, running: 0, heldBytes: 0 }, { kind: 'boot' }],
  ['boots up to the last byte', { idle: 1, running: 3, heldBytes: 300 }, { kind: 'boot' }],
  ['waits when full', { idle: 2, running: 2, heldBytes: 200 }, { kind: 'wait', reason: 'full' }],
  ['waits for memory', { idle: 0, running: 1, heldBytes: 301 }, { kind: 'wait', reason: 'memory' }],
  ['waits for others to end', { idle: 0, running: 5, heldBytes: 0 }, { kind: 'wait', reason: 'running' }],
];

it.each(CASES)('%s', (_claim, facts, decision) => {
  expect(decideRefill(facts, limits)).toEqual(decision);
});

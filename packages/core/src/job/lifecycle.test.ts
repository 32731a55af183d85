import { JOB_STATES } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { TRANSITIONS, canTransition, isTerminal } from './lifecycle.ts';

describe('lifecycle', () => {
  it('has exactly the six terminal states of the contract', () => {
    expect(JOB_STATES.filter(isTerminal)).toEqual([
      'succeeded',
      'failed',
      'cancelled',
      'timed_out',
      'checkpointed',
      'safe_mode',
    ]);
  });

  it('lets every state that is not terminal be timed out and cancelled', () => {
    for (const state of JOB_STATES.filter((one) => !isTerminal(one))) {
      expect(TRANSITIONS[state], state).toEqual(expect.arrayContaining(['cancelled', 'timed_out']));
    }
  });

  it('reaches success only from verifying', () => {
    expect(JOB_STATES.filter((from) => canTransition(from, 'succeeded'))).toEqual(['verifying']);
  });

  it('lets nothing follow itself', () => {
    expect(JOB_STATES.filter((state) => canTransition(state, state))).toEqual([]);
  });

  it('answers for every pair as the table says', () => {
    for (const from of JOB_STATES) {
      const allowed = JOB_STATES.filter((to) => canTransition(from, to));
      expect(allowed.toSorted()).toEqual([...TRANSITIONS[from]].toSorted());
    }
  });
});

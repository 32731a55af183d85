import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.ts';
import { toError, toJobState } from './outcome.ts';

const CASES: readonly [Outcome, string, string | undefined][] = [
  [{ kind: 'submitted', submission: { summary: 'done', changes: [] } }, 'verifying', undefined],
  [{ kind: 'budget_exhausted', limit: 'max_turns' }, 'failed', 'budget_exceeded'],
  [{ kind: 'timed_out' }, 'timed_out', 'deadline_exceeded'],
  [{ kind: 'cancelled' }, 'cancelled', undefined],
  [{ kind: 'checkpointed' }, 'checkpointed', undefined],
  [{ kind: 'failed', code: 'model_error', message: 'no' }, 'failed', 'model_error'],
];

describe('an outcome', () => {
  it.each(CASES)('%j leads to %s with error %s', (outcome, state, code) => {
    expect(toJobState(outcome)).toBe(state);
    expect(toError(outcome)?.code).toBe(code);
  });
});

import type { JobState, SignedCheckpoint } from '@drydock/contracts';
import { JOB_STATES } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { decideContinuation } from './decide-continuation.ts';

const signedCheckpoint = { signature: 's' } as SignedCheckpoint;

const ALLOWED: readonly JobState[] = ['failed', 'cancelled', 'timed_out', 'checkpointed'];
const REFUSED: Readonly<Record<string, string>> = {
  succeeded: 'The job ended as succeeded: there is nothing to go on with.',
  safe_mode: 'The job ended as safe_mode: there is nothing to go on with.',
};

describe('a job with a checkpoint', () => {
  it.each(JOB_STATES)('that is %s', (state) => {
    const live = `The job is ${state}: wait for its end, or cancel it first.`;
    expect(decideContinuation({ state, signedCheckpoint })).toEqual(
      ALLOWED.includes(state)
        ? { kind: 'allowed', from: signedCheckpoint }
        : { kind: 'refused', message: REFUSED[state] ?? live },
    );
  });
});

it('a job without a checkpoint cannot be continued', () => {
  expect(decideContinuation({ state: 'failed' })).toEqual({
    kind: 'refused',
    message: 'The job ended before its first turn.',
  });
});

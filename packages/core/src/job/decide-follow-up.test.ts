import type { JobRecord, JobState, SignedCheckpoint } from '@drydock/contracts';
import { JOB_STATES, JobId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { decideFollowUp } from './decide-follow-up.ts';
import { isTerminal } from './lifecycle.ts';

const id = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const other = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAW');
const signed = (jobId: JobId, submission: object | null) =>
  ({ checkpoint: { jobId, submission }, signature: 's' }) as SignedCheckpoint;
const decide = (state: JobState, signedCheckpoint?: SignedCheckpoint, replay_of?: JobId) =>
  decideFollowUp({
    id,
    state,
    spec: (replay_of === undefined ? {} : { replay_of }) as JobRecord['spec'],
    ...(signedCheckpoint && { signedCheckpoint }),
  });

describe('a job whose end was saved', () => {
  it.each(JOB_STATES)('that is %s', (state) => {
    const { kind, ...decision } = decide(state, signed(id, {}));
    const code = state === 'safe_mode' ? 'safe_mode' : 'no_checkpoint';
    const isAllowed = isTerminal(state) && state !== 'safe_mode';
    expect([kind, decision]).toMatchObject(
      isAllowed ? ['allowed', { from: signed(id, {}) }] : ['refused', { code }],
    );
  });

  it('that lives is to be written to', () => {
    expect(decide('running', signed(id, null))).toMatchObject({
      message: `The job is running: wait for its end, or write to it: POST /v1/jobs/${id}/messages.`,
    });
  });
});

it.each<[string, ReturnType<typeof decide>, string]>([
  ['never came to a turn', decide('failed'), 'The job ended before its first turn.'],
  [
    'never came to a turn of its own',
    decide('failed', signed(other, null)),
    `The job ended before its first turn: continue it, or follow ${other}.`,
  ],
  [
    'submitted what could not be saved',
    decide('succeeded', signed(id, null)),
    'What the job submitted was too large to be saved with its conversation.',
  ],
  [
    'is a replay',
    decide('succeeded', signed(id, {}), other),
    `The job is a replay: follow ${other}, which it plays.`,
  ],
])('a job that %s is not followed', (_what, decision, message) => {
  expect(decision).toEqual({ kind: 'refused', code: 'no_checkpoint', message });
});

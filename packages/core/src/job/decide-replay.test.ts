import type { JobRecord } from '@drydock/contracts';
import { Digest, JobId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { decideReplay } from './decide-replay.ts';

const artifacts = { 'transcript.jsonl': Digest.parse('a'.repeat(64)) };
const older = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const decide = (change: {
  state?: JobRecord['state'];
  previous?: JobId;
  artifacts?: JobRecord['artifacts'];
}) => {
  const spec = (
    change.previous === undefined ? {} : { previous_job_id: change.previous }
  ) as JobRecord['spec'];
  return decideReplay({ state: change.state ?? 'succeeded', spec, artifacts: change.artifacts ?? artifacts });
};

describe('decideReplay', () => {
  it.each(['succeeded', 'failed', 'cancelled', 'timed_out', 'checkpointed', 'safe_mode'] as const)(
    'lets a job be played that ended as %s',
    (state) => expect(decide({ state })).toEqual({ kind: 'allowed' }),
  );

  it.each([
    ['still runs', { state: 'running' as const }, /is running/],
    ['goes on from another', { previous: older }, /goes on from job_/],
    ['has no transcript', { artifacts: {} }, /before its first turn/],
  ])('refuses one that %s', (_what, change, message) => {
    expect(decide(change)).toEqual({ kind: 'refused', message: expect.stringMatching(message) });
  });
});

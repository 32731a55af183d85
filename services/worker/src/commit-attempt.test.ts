import { Digest, JobId, JobRecord, WorkerId } from '@drydock/contracts';
import type { Commit } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Attempt } from './attempt.ts';
import type { Ending } from './commit-attempt.ts';
import { commitAttempt } from './commit-attempt.ts';
import type { WorkerDeps } from './deps.ts';
import { Redactor } from './redactor.ts';

const jobId = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const DIGEST = Digest.parse('a'.repeat(64));
const job = JobRecord.parse({
  id: jobId,
  state: 'verifying',
  spec: {
    kind: 'fix',
    instruction: 'mend it',
    source: { type: 'files', digest: DIGEST, bytes: 1, files: 1 },
    limits: {
      timeout_seconds: 900,
      memory_mb: 256,
      cpus: 1,
      disk_mb: 64,
      max_turns: 10,
      max_tokens_total: 1_000,
    },
  },
  fence: 1,
  attempt: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  deadlineAt: null,
  result: null,
  error: null,
  artifacts: {},
});
const PROVEN: Ending = {
  to: 'succeeded',
  error: undefined,
  stage: {
    outcome: { kind: 'submitted', submission: { summary: 'mended', changes: [] } },
    patch: { diff: new Uint8Array(7), leftOut: ['dist/'] },
    plan: null,
  },
  verification: { verified: true, verdict: null, before: [], after: [] },
};

/** Commits to a store that takes nothing but cancelled, where that was asked for. */
async function commitProven({
  cancelRequested,
  unread = [],
}: {
  cancelRequested: boolean;
  unread?: readonly { id: string }[];
}) {
  const asked: Commit[] = [];
  const ended: string[] = [];
  const deps: Partial<Record<keyof WorkerDeps, object>> = {
    store: {
      appendEvents: () => Promise.resolve(),
      commit: (_lease: unknown, commit: Commit) => {
        asked.push({ ...commit, artifacts: { ...commit.artifacts } });
        return Promise.resolve(
          cancelRequested && commit.to !== 'cancelled' ? 'cancel_requested' : 'committed',
        );
      },
    },
    messages: { close: () => Promise.resolve('closed'), list: () => Promise.resolve(unread) },
    artifacts: { put: () => Promise.resolve(DIGEST) },
    metrics: { jobFinished: (to: string) => ended.push(to) },
    clock: { now: () => 0 },
    redactor: new Redactor([]),
  };
  const lease = { jobId, workerId: WorkerId.parse('wrk_0123456789abcdef'), fence: 1 };
  const attempt = new Attempt(deps as unknown as WorkerDeps, { lease, job }, () => undefined);
  return { to: await commitAttempt(attempt, PROVEN), asked, ended };
}

describe('commitAttempt', () => {
  it('commits how the attempt ended', async () => {
    const { to, asked, ended } = await commitProven({ cancelRequested: false });
    expect([to, ended]).toEqual(['succeeded', ['succeeded']]);
    expect(asked).toMatchObject([{ to: 'succeeded', result: { verified: true, patch_bytes: 7 } }]);
  });

  it('ends as cancelled where that was asked for first: with the patch, the artifacts and no claim', async () => {
    const { to, asked, ended } = await commitProven({ cancelRequested: true });
    expect([to, ended]).toEqual(['cancelled', ['cancelled']]);
    expect(asked.map((commit) => commit.to)).toEqual(['succeeded', 'cancelled']);
    expect(asked[1]).toMatchObject({
      error: null,
      result: {
        verified: false,
        checks: null,
        patch_bytes: 7,
        warnings: [{ code: 'ignored_files_left_out' }],
      },
      artifacts: { 'patch.diff': DIGEST, 'log.txt': DIGEST, 'after.json': DIGEST },
    });
  });

  it('says which messages of people nobody has read', async () => {
    const { asked } = await commitProven({
      cancelRequested: false,
      unread: [{ id: 'msg_1' }, { id: 'msg_2' }],
    });
    expect(asked[0]?.result.warnings).toContainEqual({
      code: 'messages_not_delivered',
      message: 'The job ended before the model read these messages: msg_1, msg_2',
    });
  });
});

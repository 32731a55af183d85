import type { JobKind, Submission } from '@drydock/contracts';
import { Digest, JobId, JobRecord, WorkerId } from '@drydock/contracts';
import type { Commit } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { Attempt } from './attempt.ts';
import type { Ending } from './commit-attempt.ts';
import { commitAttempt } from './commit-attempt.ts';
import type { WorkerDeps } from '../deps.ts';
import { Redactor } from '../gate/redactor.ts';

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

const NO_PATCH = { diff: new Uint8Array(), leftOut: [] };

interface Commission {
  readonly cancelRequested?: boolean;
  readonly unread?: readonly { id: string }[];
  readonly kind?: JobKind;
  readonly ending?: Ending;
}

/** Commits to a store that takes nothing but cancelled, where that was asked for. */
async function commitProven({
  cancelRequested = false,
  unread = [],
  kind = 'fix',
  ending = PROVEN,
}: Commission) {
  const asked: Commit[] = [];
  const ended: string[] = [];
  const put: string[] = [];
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
    artifacts: {
      put: (bytes: Uint8Array) => {
        put.push(new TextDecoder().decode(bytes));
        return Promise.resolve(DIGEST);
      },
    },
    metrics: { jobFinished: (to: string) => ended.push(to) },
    clock: { now: () => 0 },
    redactor: new Redactor([]),
  };
  const lease = { jobId, workerId: WorkerId.parse('wrk_0123456789abcdef'), fence: 1 };
  const claimed = { lease, job: { ...job, spec: { ...job.spec, kind } } };
  const attempt = new Attempt(deps as unknown as WorkerDeps, claimed, () => undefined);
  return { to: await commitAttempt(attempt, ending), asked, ended, put };
}

describe('commitAttempt', () => {
  it('commits how the attempt ended', async () => {
    const { to, asked, ended } = await commitProven({ cancelRequested: false });
    expect([to, ended]).toEqual(['succeeded', ['succeeded']]);
    expect(asked).toMatchObject([{ to: 'succeeded', result: { verified: true, patch_bytes: 7 } }]);
  });

  it('masks what looks like a secret in all that the model wrote, and in the error that quotes it', async () => {
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const plan = { steps: [`use ${token}`], files: [], checks: [], risks: [], assumptions: [] };
    const submission = { summary: `pushed with ${token}`, changes: [] };
    const stage = { outcome: { kind: 'submitted' as const, submission }, patch: NO_PATCH, plan };
    const error = new DrydockError('replay_diverged', { message: `Recorded: ${token}` });
    const { asked, put } = await commitProven({ ending: { ...PROVEN, error, stage } });
    expect(asked).toMatchObject([
      {
        result: { summary: 'pushed with [secret]', plan: { steps: ['use [secret]'] } },
        error: { message: expect.stringContaining('Recorded: [secret]') as string },
      },
    ]);
    expect(JSON.stringify([asked, put])).not.toContain(token);
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

  const place = { path: 'a.ts', line: 1 };
  const findings = [{ ...place, severity: 'low' as const, title: 't', message: 'm' }];
  const references = [{ ...place, what: 'w' }];
  const checks = [{ command: 'npm test', outcome: 'passed' as const }];
  const everything = { summary: 's', changes: [], findings, references, checks };

  it.each<[JobKind, Submission, object, boolean]>([
    ['review', everything, { review: { findings }, claims: checks }, true],
    ['review', { ...everything, findings: [] }, { review: { findings: [] }, claims: checks }, true],
    ['review', { summary: 's', changes: [] }, {}, false],
    ['explain', everything, { explanation: { references }, claims: checks }, false],
    ['fix', everything, { claims: checks }, false],
  ])('adds to the result of %s what its kind gives', async (kind, submission, own, hasSarif) => {
    const patch = { diff: new Uint8Array(), leftOut: [] };
    const stage = { outcome: { kind: 'submitted', submission }, patch, plan: null } as const;
    const ending = { ...PROVEN, stage, verification: undefined };
    const { asked, put } = await commitProven({ kind, ending });
    const { review, explanation, claims } = asked[0]?.result ?? {};
    expect(JSON.parse(JSON.stringify({ review, explanation, claims }))).toEqual(own);
    expect('findings.sarif' in (asked[0]?.artifacts ?? {})).toBe(hasSarif);
    expect(put.some((text) => text.includes('"version": "2.1.0"'))).toBe(hasSarif);
  });
});

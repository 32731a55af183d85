import type { Checkpoint, JobRecord } from '@drydock/contracts';
import { Digest, JobId } from '@drydock/contracts';
import { Budget, DrydockError, NO_USAGE } from '@drydock/core';
import { Secret } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../attempt/attempt.ts';
import { CheckpointSeal } from './checkpoint-seal.ts';
import { findResumePoint } from './resume-point.ts';

const OWN = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
const BEFORE = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAW');
const seal = new CheckpointSeal(new Secret('k'.repeat(32)));
const SAID = { type: 'message', role: 'user', text: 'fix it' };

const checkpointOf = (jobId: JobId): Checkpoint => ({
  jobId,
  fence: 1,
  savedAt: '2026-01-01T00:00:00.000Z',
  base: { layer: 'l', sha: 's' },
  workspace: null,
  transcript: Digest.parse('b'.repeat(64)),
  stage: 'running',
  plan: null,
  submission: null,
  turns: 2,
  usage: { ...NO_USAGE, input_tokens: 9 },
});

interface Case {
  readonly of?: JobId;
  readonly continues?: JobId;
  readonly forged?: boolean;
  readonly lost?: boolean;
}

/** What an attempt of the job OWN finds. */
async function find({ of, continues, forged, lost }: Case) {
  const warnings: string[] = [];
  const signed = of && seal.sign(checkpointOf(of));
  const job = {
    id: OWN,
    spec: continues === undefined ? {} : { previous_job_id: continues },
    ...(signed === undefined ? {} : { signedCheckpoint: forged ? { ...signed, signature: '0' } : signed }),
  } as JobRecord;
  const attempt = {
    job,
    budget: new Budget({ max_turns: 10, max_tokens_total: 100 }),
    resumePoint: undefined,
    warn: ({ code }: { code: string }) => warnings.push(code),
    deps: {
      seal,
      log: { warn: () => undefined },
      approvals: { listOfJob: async () => [] },
      artifacts: {
        get: async () => {
          if (lost === true) throw new DrydockError('not_found');
          return Buffer.from(`${JSON.stringify(SAID)}\n`);
        },
      },
    },
  } as unknown as Attempt;
  await findResumePoint(attempt);
  const { resumePoint: point } = attempt;
  return { after: point?.after, said: point?.transcript, turns: attempt.budget.turns, warnings };
}

const FROM_BASE = { after: undefined, said: undefined, turns: 0 };

describe('an attempt', () => {
  it('goes on from the checkpoint of its job, and pays for what was used', async () => {
    expect(await find({ of: OWN })).toEqual({ after: 'attempt', said: [SAID], turns: 2, warnings: [] });
  });

  it('goes on from the checkpoint of the job that it continues, with a budget of its own', async () => {
    const found = await find({ of: BEFORE, continues: BEFORE });
    expect(found).toEqual({ after: 'job', said: [SAID], turns: 0, warnings: [] });
  });

  it('begins at the base where there is no checkpoint', async () => {
    expect(await find({})).toEqual({ ...FROM_BASE, warnings: [] });
  });

  it.each<[string, Case]>([
    ['forged', { of: OWN, forged: true }],
    ['of another job', { of: BEFORE }],
    ['without its transcript', { of: OWN, lost: true }],
  ])('begins at the base with a warning where the checkpoint is %s', async (_, given) => {
    expect(await find(given)).toEqual({ ...FROM_BASE, warnings: ['checkpoint_not_restored'] });
  });

  it.each<[string, Case]>([
    ['forged', { of: BEFORE, continues: BEFORE, forged: true }],
    ['of a third job', { of: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAX'), continues: BEFORE }],
    ['without its transcript', { of: BEFORE, continues: BEFORE, lost: true }],
    ['not there', { continues: BEFORE }],
  ])(
    'of a job that continues another never begins at the base: a checkpoint that is %s',
    async (_, given) => {
      await expect(find(given)).rejects.toMatchObject({ code: 'checkpoint_refused' });
    },
  );
});

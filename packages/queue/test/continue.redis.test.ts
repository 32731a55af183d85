import type { JobRecord } from '@drydock/contracts';
import { SignedCheckpoint } from '@drydock/contracts';
import { NO_USAGE, newJobId } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { expect, it } from 'vitest';
import type { QueueFixture } from './queue-fixture.ts';
import { DIGEST, buildSpec } from './queue-fixture.ts';
import { useQueue } from './use-queue.ts';

const RESULT = {
  verified: false,
  summary: null,
  plan: null,
  checks: null,
  patch_bytes: 42,
  usage: NO_USAGE,
  warnings: [],
};

const signedOf = (jobId: string): SignedCheckpoint =>
  SignedCheckpoint.parse({
    checkpoint: {
      jobId,
      fence: 1,
      savedAt: '2026-01-01T00:00:00.000Z',
      base: { layer: 'layer', sha: 'sha' },
      workspace: DIGEST,
      transcript: DIGEST,
      stage: 'running',
      plan: null,
      submission: null,
      turns: 2,
      usage: NO_USAGE,
    },
    signature: 'a'.repeat(64),
  });

describeWith('redis', 'a checkpoint in the job store', () => {
  let fixture: QueueFixture;
  useQueue((own) => (fixture = own));

  const kept = (job: JobRecord | undefined) => ({
    result: job?.result,
    checkpoint: job?.checkpoint,
    signedCheckpoint: job?.signedCheckpoint,
    artifacts: job?.artifacts,
  });

  it('is given to the next attempt with the artifacts of its moment, and stays until there is a newer one', async () => {
    const lease = await fixture.claimed(['planning', 'running']);
    const signedCheckpoint = signedOf(lease.jobId);
    const artifacts = { 'patch.diff': DIGEST, 'transcript.jsonl': DIGEST };
    const soFar = { result: RESULT, checkpoint: DIGEST, signedCheckpoint };
    await fixture.store.putArtifact(lease, artifacts, soFar);
    await fixture.store.putArtifact(lease, {}, { result: RESULT });
    const found = await fixture.store.find(lease.jobId);
    expect(kept(found)).toEqual({ result: null, checkpoint: DIGEST, signedCheckpoint, artifacts });
  });

  it('stands for a job that continues another, however early that one ends', async () => {
    const older = newJobId();
    const jobId = newJobId();
    const soFar = {
      result: RESULT,
      checkpoint: DIGEST,
      signedCheckpoint: signedOf(older),
      artifacts: { 'patch.diff': DIGEST },
    };
    await fixture.store.accept(jobId, { ...buildSpec(), previous_job_id: older }, { soFar });
    await fixture.store.cancel(jobId);
    const found = await fixture.store.find(jobId);
    expect([found?.state, found?.spec.previous_job_id]).toEqual(['cancelled', older]);
    expect(kept(found)).toEqual(soFar);
  });

  it('is kept once where the same request comes twice', async () => {
    const request = { key: 'continue', digest: 'd' };
    const soFar = { result: RESULT, signedCheckpoint: signedOf(newJobId()), artifacts: {} };
    const accept = () => fixture.store.accept(newJobId(), buildSpec(), { request, soFar });
    expect((await accept()).id).toBe((await accept()).id);
  });
});

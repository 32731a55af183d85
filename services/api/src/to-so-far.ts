import type { ArtifactDigests, JobRecord, JobSpec, SignedCheckpoint } from '@drydock/contracts';
import type { NewJob } from '@drydock/core';
import { NO_USAGE, hasChangeToProve } from '@drydock/core';

/**
 * What a job that goes on from another has from its start, so that it stands however early it ends, and whatever becomes
 * of the other's record.
 */
export function toSoFar(
  { result, artifacts, checkpoint }: JobRecord,
  signedCheckpoint: SignedCheckpoint,
  spec: Pick<JobSpec, 'kind' | 'plan_only'>,
): NonNullable<NewJob['soFar']> {
  return {
    result: {
      verified: hasChangeToProve(spec) ? false : null,
      summary: null,
      plan: signedCheckpoint.checkpoint.plan,
      checks: null,
      patch_bytes: result?.patch_bytes ?? 0,
      usage: NO_USAGE,
      warnings: [],
    },
    signedCheckpoint,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    artifacts: withoutProof(artifacts),
  };
}

/** What was proven of the older job is proven of nothing else, and what it found is its own. */
function withoutProof(artifacts: ArtifactDigests): ArtifactDigests {
  const { 'before.json': _before, 'after.json': _after, 'findings.sarif': _findings, ...rest } = artifacts;
  return rest;
}

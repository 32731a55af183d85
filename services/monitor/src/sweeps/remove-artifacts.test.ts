import { Digest, JobId } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createRemoveArtifacts } from './remove-artifacts.ts';

const signal = new AbortController().signal;
const [A, B, C, D, GARBAGE] = ['a', 'b', 'c', 'd', 'e'].map((digit) => Digest.parse(digit.repeat(64)));
const OLDEST = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAA');
const OLD = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAB');
const NEW = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAC');

function createDepsWith(...stored: readonly (Digest | undefined)[]) {
  const deps = createDeps();
  for (const digest of stored) if (digest) deps.artifacts.stored.add(digest);
  return deps;
}
const of = (...digests: readonly (Digest | undefined)[]) => digests.filter((one) => one !== undefined);

test('removes what nothing refers to, up to where references are settled', async () => {
  const deps = createDepsWith(A, GARBAGE);
  deps.archive.live = of(A);
  await createRemoveArtifacts(deps).run(signal);
  expect([...deps.artifacts.stored]).toEqual([A]);
  expect(deps.artifacts.cutoffs).toEqual([7]);
  expect(deps.archive.removed).toEqual([]);
  const metrics = await deps.metrics.render();
  expect(metrics).toContain('drydock_artifacts_removed_total 1');
  expect(metrics).toContain('drydock_artifacts_removed_bytes_total 10');
  expect(metrics).toContain('drydock_artifacts_bytes 10');
});

test('gives up the oldest jobs until what is left is within the budget, and no more', async () => {
  const deps = createDepsWith(A, B, C, D);
  deps.archive.ended = [
    { jobId: OLDEST, digests: of(A, B) },
    { jobId: OLD, digests: of(B, C) },
    { jobId: NEW, digests: of(D) },
  ];
  const sweep = createRemoveArtifacts(deps);
  await sweep.run(signal);
  // 40 bytes of 20: A alone is not enough, since B is shared; then B and C go with the second.
  expect(deps.archive.removed).toEqual([OLDEST, OLD]);
  expect(await deps.metrics.render()).toContain('drydock_jobs_removed_total{reason="artifacts"} 2');
  deps.archive.ended = deps.archive.ended.slice(2);
  await sweep.run(signal);
  expect([...deps.artifacts.stored]).toEqual([D]);
  expect(deps.archive.removed).toHaveLength(2);
});

test('gives up no job for what uploads and jobs that run refer to', async () => {
  const deps = createDepsWith(A, B, C);
  deps.archive.live = of(A, B, C);
  deps.archive.ended = [{ jobId: OLDEST, digests: of(A) }];
  await createRemoveArtifacts(deps).run(signal);
  expect([...deps.artifacts.stored]).toEqual([A, B, C]);
  expect(deps.archive.removed).toEqual([]);
});

test('is the work of one monitor', async () => {
  const deps = createDepsWith(GARBAGE);
  deps.archivist.isOurs = false;
  await createRemoveArtifacts(deps).run(signal);
  expect([...deps.artifacts.stored]).toEqual([GARBAGE]);
});

import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryStore, DirectorySweeper } from '@drydock/artifacts';
import type { Digest, JobId, JobSpec } from '@drydock/contracts';
import { WorkerId } from '@drydock/contracts';
import { LIMITS, NO_USAGE, newJobId, newUploadId } from '@drydock/core';
import type { OpenQueue } from '@drydock/queue';
import { openQueue } from '@drydock/queue';
import { ThrowawayRedis, describeWith } from '@drydock/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRemoveArtifacts } from '../src/sweeps/remove-artifacts.ts';
import { createRemoveJobs } from '../src/sweeps/remove-jobs.ts';
import { createDeps } from './fakes.ts';

const TWO_HOURS_S = 7_200;
const RETENTION = { maxAgeMs: 1e12, maxJobs: 100, maxMemoryShare: 1, minAgeMs: 0, maxArtifactBytes: 1e9 };
const RESULT = {
  verified: false,
  summary: null,
  plan: null,
  checks: null,
  patch_bytes: 0,
  usage: NO_USAGE,
  warnings: [],
};
const never = new AbortController().signal;

describeWith('redis', 'retention over real Redis and real files', () => {
  let redis: ThrowawayRedis;
  let queue: OpenQueue;
  let dir: string;
  let store: DirectoryStore;
  beforeEach(async () => {
    redis = await ThrowawayRedis.start();
    queue = openQueue({ url: redis.url });
    dir = await mkdtemp(join(tmpdir(), 'drydock-retention-'));
    store = new DirectoryStore(dir);
  });
  afterEach(async () => {
    await queue.close();
    await redis[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  const depsWith = (change: Partial<typeof RETENTION> = {}) => ({
    ...createDeps(),
    archive: queue.archive,
    archivist: queue.office('retention'),
    artifacts: new DirectorySweeper(dir),
    retention: { ...RETENTION, ...change },
  });
  const sweepArtifacts = (change: Partial<typeof RETENTION> = {}) =>
    createRemoveArtifacts(depsWith(change)).run(never);

  const put = (text: string) => store.put(Buffer.from(text));
  /** As if it had been written before the jobs of this test, and before the time of grace. */
  async function putOld(text: string): Promise<Digest> {
    const digest = await put(text);
    const seconds = Date.now() / 1_000 - TWO_HOURS_S;
    await utimes(join(dir, digest.slice(0, 2), digest), seconds, seconds);
    return digest;
  }
  const isThere = (digest: Digest) =>
    store.size(digest).then(
      () => true,
      () => false,
    );
  const accept = async (digest: Digest): Promise<JobId> =>
    (await queue.store.accept(newJobId(), buildSpec(digest))).id;

  async function end(jobId: JobId, patch: Digest): Promise<void> {
    const workerId = WorkerId.parse('wrk_0123456789abcdef');
    const claim = await queue.store.claim({ jobId, fence: 0, workerId, leaseMs: 30_000 });
    if (claim.kind === 'refused') throw new Error(claim.reason);
    const artifacts = { 'patch.diff': patch };
    await queue.store.commit(claim.lease, { to: 'failed', result: RESULT, error: null, artifacts });
  }

  it('keeps what jobs and uploads refer to, and removes the rest', async () => {
    const [source, patch, upload, garbage] = [
      await putOld('source'),
      await putOld('patch'),
      await putOld('upload'),
      await putOld('garbage'),
    ];
    await end(await accept(source), patch);
    await queue.uploads.put({ id: newUploadId(), format: 'bundle', bytes: 6, digest: upload });
    await sweepArtifacts();
    expect(await Promise.all([source, patch, upload, garbage].map(isThere))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('keeps a blob that was put just before the sweep, and the job that refers to it then', async () => {
    const digest = await put('source');
    await sweepArtifacts();
    const jobId = await accept(digest);
    await sweepArtifacts();
    expect(await isThere(digest)).toBe(true);
    await end(jobId, digest);
    await sweepArtifacts();
    expect(await isThere(digest)).toBe(true);
  });

  it('removes the artifacts of a job in the sweep after the job, and not those that another job shares', async () => {
    const [shared, own, other] = [await putOld('shared'), await putOld('own'), await putOld('other')];
    const first = await accept(shared);
    await end(first, own);
    await end(await accept(shared), other);
    const deps = depsWith({ maxJobs: 1 });
    await createRemoveJobs(deps).run(never);
    expect(await queue.store.find(first)).toBeUndefined();
    await createRemoveArtifacts(deps).run(never);
    expect(await Promise.all([shared, own, other].map(isThere))).toEqual([true, false, true]);
    expect(await deps.metrics.render()).toContain('drydock_jobs_removed_total{reason="count"} 1');
  });

  it('comes within the budget of bytes by the oldest jobs, and never by one that is not over', async () => {
    const big = 'x'.repeat(1_000);
    const live = await accept(await putOld(`${big} live`));
    const ended: JobId[] = [];
    for (const name of ['a', 'b', 'c']) {
      const jobId = await accept(await putOld(`${big} ${name}`));
      await end(jobId, await putOld(`patch ${name}`));
      ended.push(jobId);
    }
    await sweepArtifacts({ maxArtifactBytes: 1_500 });
    const found = await Promise.all([live, ...ended].map((jobId) => queue.store.find(jobId)));
    expect(found.map((job) => job !== undefined)).toEqual([true, false, false, true]);
  });
});

function buildSpec(digest: Digest): JobSpec {
  const limits = Object.fromEntries(Object.entries(LIMITS).map(([name, limit]) => [name, limit.default]));
  return {
    kind: 'fix',
    instruction: 'Make the tests pass.',
    source: { type: 'files', digest, bytes: 1, files: 1 },
    checks: {},
    model: 'scripted/fix',
    max_tokens: 4_096,
    tools: ['code_interpreter'],
    tool_use_approval: false,
    tier: 'standard',
    labels: {},
    limits: limits as JobSpec['limits'],
  };
}

import { JobId, SandboxId } from '@drydock/contracts';
import type { SandboxRecord } from '@drydock/core';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createExpireAttempts } from './expire-attempts.ts';

const signal = new AbortController().signal;
const LOST = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAA');
const OTHER = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAB');

const record = (digit: string, jobId: JobId, fence = 1): SandboxRecord => ({
  sandboxId: SandboxId.parse(`sbx_${digit.repeat(16)}`),
  jobId,
  fence,
  role: 'agent',
  deadlineAt: Number.MAX_SAFE_INTEGER,
});

function createDepsWith(...records: readonly SandboxRecord[]) {
  const deps = createDeps();
  for (const one of records) {
    deps.registry.records.set(one.sandboxId, one);
    deps.host.running.add(one.sandboxId);
  }
  return deps;
}

test('ends the sandbox of an attempt whose lease was lost, and no other', async () => {
  const lost = record('a', LOST);
  const other = record('b', OTHER);
  const deps = createDepsWith(lost, other);
  deps.jobs.lost = [{ jobId: LOST, to: 'queued' }];
  await createExpireAttempts(deps).run(signal);
  expect([...deps.host.running]).toEqual([other.sandboxId]);
  expect(await deps.metrics.render()).toContain('drydock_monitor_leases_expired_total{to="queued"} 1');
});

test('never ends the sandbox of the next attempt, however fast that one starts', async () => {
  const deps = createDepsWith(record('a', LOST));
  const next = record('c', LOST, 2);
  deps.jobs.lost = [{ jobId: LOST, to: 'queued' }];
  deps.jobs.onExpireLeases = () => {
    deps.registry.records.set(next.sandboxId, next);
    deps.host.running.add(next.sandboxId);
  };
  await createExpireAttempts(deps).run(signal);
  expect([...deps.host.running]).toEqual([next.sandboxId]);
});

test('ends late jobs only when their worker had 10 s to do it', async () => {
  const late = record('d', OTHER);
  const deps = createDepsWith(late);
  deps.jobs.late = [{ jobId: OTHER, to: 'timed_out' }];
  await createExpireAttempts(deps).run(signal);
  expect(deps.jobs.graces).toEqual([10_000]);
  expect(deps.host.running.size).toBe(0);
});

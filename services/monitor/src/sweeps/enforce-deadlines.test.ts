import { JobId, SandboxId } from '@drydock/contracts';
import type { SandboxRecord } from '@drydock/core';
import { expect, test } from 'vitest';
import type { FakeDeps } from '../../test/fakes.ts';
import { createDeps } from '../../test/fakes.ts';
import { createEnforceDeadlines } from './enforce-deadlines.ts';

const signal = new AbortController().signal;

function startSandbox(deps: FakeDeps, digit: string, deadlineInMs: number): SandboxId {
  const sandboxId = SandboxId.parse(`sbx_${digit.repeat(16)}`);
  const record: SandboxRecord = {
    sandboxId,
    jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
    fence: 1,
    role: 'agent',
    deadlineAt: deps.clock.now() + deadlineInMs,
  };
  deps.host.running.add(sandboxId);
  deps.registry.records.set(sandboxId, record);
  return sandboxId;
}

test('kills a sandbox 5 s after its deadline and not before', async () => {
  const deps = createDeps();
  const sandboxId = startSandbox(deps, 'a', 10_000);
  const sweep = createEnforceDeadlines(deps);
  await deps.clock.advance(14_999);
  await sweep.run(signal);
  expect(deps.host.running.has(sandboxId)).toBe(true);
  await deps.clock.advance(1);
  await sweep.run(signal);
  expect(deps.host.running.size).toBe(0);
  expect(deps.registry.records.size).toBe(0);
  expect(await deps.metrics.render()).toContain('drydock_sandboxes_reaped_total{reason="deadline_passed"} 1');
});

test('a sandbox that does not die keeps its record and does not save the others', async () => {
  const deps = createDeps();
  const stubborn = startSandbox(deps, 'b', -10_000);
  const mortal = startSandbox(deps, 'c', -10_000);
  deps.host.stubborn.add(stubborn);
  await expect(createEnforceDeadlines(deps).run(signal)).rejects.toThrow('1 sandboxes could not be ended');
  expect([...deps.registry.records.keys()]).toEqual([stubborn]);
  expect(deps.host.running.has(mortal)).toBe(false);
});

test('leaves the record of a sandbox on another host to that host, until it is stale for all', async () => {
  const deps = createDeps();
  const sandboxId = startSandbox(deps, 'd', 0);
  deps.host.running.clear();
  const sweep = createEnforceDeadlines(deps);
  await deps.clock.advance(59_999);
  await sweep.run(signal);
  expect(deps.registry.records.has(sandboxId)).toBe(true);
  await deps.clock.advance(1);
  await sweep.run(signal);
  expect(deps.registry.records.size).toBe(0);
  expect(await deps.metrics.render()).toContain('drydock_sandboxes_reaped_total{reason="deadline_passed"} 0');
});

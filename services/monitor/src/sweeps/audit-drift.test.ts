import { JobId, SandboxId } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createAuditDrift } from './audit-drift.ts';

const signal = new AbortController().signal;
const sandboxId = SandboxId.parse(`sbx_${'a'.repeat(16)}`);
const drift = { containerId: 'c1', sandboxId, violations: ['HostConfig.Memory is 2 instead of 1'] };

test('says what departed from its policy, with the attempt that it worked for', async () => {
  const deps = createDeps();
  const said: unknown[] = [];
  const log = { ...deps.log, error: (event: string, fields?: object) => void said.push([event, fields]) };
  const jobId = JobId.parse(`job_${'0'.repeat(26)}`);
  await deps.registry.put({ sandboxId, jobId, fence: 3, role: 'agent', deadlineAt: 0 });
  deps.host.drifts = [drift];
  await createAuditDrift({ ...deps, log }).run(signal);
  expect(said).toEqual([
    ['sandbox.drifted', drift],
    ['attempt.drifted', { sandboxId, jobId, fence: 3 }],
  ]);
  expect(await deps.metrics.render()).toContain('drydock_sandbox_drift_total 1');
});

test('says nothing, and asks nothing of Redis, where everything is as it was', async () => {
  const deps = createDeps();
  deps.registry.list = () => Promise.reject(new Error('Redis is down'));
  await createAuditDrift(deps).run(signal);
  expect(await deps.metrics.render()).toContain('drydock_sandbox_drift_total 0');
});

import { SandboxId } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createReapSandboxes } from './reap-sandboxes.ts';

const signal = new AbortController().signal;

test('ends containers before it takes down the slots under them', async () => {
  const deps = createDeps();
  const sandboxId = SandboxId.parse(`sbx_${'a'.repeat(16)}`);
  deps.host.orphans = [{ sandboxId, reason: 'owner_dead' }];
  deps.host.abandonedSlots = [sandboxId, SandboxId.parse(`sbx_${'b'.repeat(16)}`)];
  await createReapSandboxes(deps).run(signal);
  expect(deps.host.calls).toEqual(['containers', 'slots']);
  const metrics = await deps.metrics.render();
  expect(metrics).toContain('drydock_sandboxes_reaped_total{reason="owner_dead"} 1');
  expect(metrics).toContain('drydock_slots_reaped_total 2');
});

test('asks nothing of Redis', async () => {
  const { host, log, metrics } = createDeps();
  await createReapSandboxes({ host, log, metrics }).run(signal);
  expect(host.calls).toEqual(['containers', 'slots']);
});

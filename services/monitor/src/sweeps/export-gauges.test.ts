import { JOB_STATES, JobId, SandboxId } from '@drydock/contracts';
import type { JobState } from '@drydock/contracts';
import { expect, test } from 'vitest';
import type { FakeDeps } from '../../test/fakes.ts';
import { createDeps } from '../../test/fakes.ts';
import { createExportGauges } from './export-gauges.ts';

const signal = new AbortController().signal;

function createDepsWithWork(): FakeDeps {
  const deps = createDeps();
  deps.archive.memory = { usedBytes: 5, maxBytes: 8 };
  deps.webhooks.counted = { waiting: 2, bytes: 300, dropped: 1, oldestMs: 4_500 };
  deps.jobs.counts = { ...deps.jobs.counts, queued: 3 };
  const sandboxId = SandboxId.parse(`sbx_${'a'.repeat(16)}`);
  const jobId = JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV');
  deps.registry.records.set(sandboxId, { sandboxId, jobId, fence: 1, role: 'agent', deadlineAt: 0 });
  return deps;
}

async function readGauges(deps: FakeDeps): Promise<Record<string, number>> {
  const lines = (await deps.metrics.render()).split('\n');
  const gauges = lines.filter((line) =>
    /^drydock_(?:queue_jobs|sandboxes|store_(?:used|max)_bytes|webhooks_(?:waiting|waiting_bytes|oldest_seconds|dropped)|monitor_in_office)\b/.test(
      line,
    ),
  );
  return Object.fromEntries(
    gauges.flatMap((line) => {
      const [name = '', value] = line.split(' ');
      return value === '0' ? [] : [[name, Number(value)] as const];
    }),
  );
}

test('the monitor in office exports what is true of the cluster', async () => {
  const deps = createDepsWithWork();
  await createExportGauges(deps).run(signal);
  expect(await readGauges(deps)).toEqual({
    drydock_monitor_in_office: 1,
    drydock_store_used_bytes: 5,
    drydock_store_max_bytes: 8,
    drydock_webhooks_waiting: 2,
    drydock_webhooks_waiting_bytes: 300,
    drydock_webhooks_oldest_seconds: 4.5,
    drydock_webhooks_dropped: 1,
    'drydock_queue_jobs{state="queued"}': 3,
    'drydock_sandboxes{role="agent"}': 1,
  });
});

test('every other monitor exports zeros, also one that lost the office', async () => {
  const deps = createDepsWithWork();
  const sweep = createExportGauges(deps);
  await sweep.run(signal);
  deps.office.isOurs = false;
  await sweep.run(signal);
  expect(await readGauges(deps)).toEqual({});
});

test('a monitor that cannot ask does not tell old news, and its pass fails', async () => {
  const deps = createDepsWithWork();
  const sweep = createExportGauges(deps);
  await sweep.run(signal);
  deps.office.hold = () => Promise.reject(new Error('Redis is away'));
  await expect(sweep.run(signal)).rejects.toThrow('Redis is away');
  expect(await readGauges(deps)).toEqual({});
});

test('every state of a job has its series from the start', async () => {
  const text = await createDeps().metrics.render();
  const missing = JOB_STATES.filter(
    (state: JobState) => !text.includes(`drydock_queue_jobs{state="${state}"} 0`),
  );
  expect(missing).toEqual([]);
});

import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createRemoveJobs } from './remove-jobs.ts';

const signal = new AbortController().signal;

test('removes what the policy does not keep, and counts why', async () => {
  const deps = createDeps();
  deps.archive.due = new Map([
    ['age', 3],
    ['memory', 1],
  ]);
  await createRemoveJobs(deps).run(signal);
  expect(deps.archive.policies).toEqual([deps.retention]);
  const metrics = await deps.metrics.render();
  expect(metrics).toContain('drydock_jobs_removed_total{reason="age"} 3');
  expect(metrics).toContain('drydock_jobs_removed_total{reason="memory"} 1');
  expect(metrics).toContain('drydock_jobs_removed_total{reason="count"} 0');
});

test('is the work of one monitor', async () => {
  const deps = createDeps();
  deps.archivist.isOurs = false;
  await createRemoveJobs(deps).run(signal);
  expect(deps.archive.policies).toEqual([]);
});

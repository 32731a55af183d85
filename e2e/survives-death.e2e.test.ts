import { describe, expect, it } from 'vitest';
import type { JobEvent, JobRequest } from '@drydock/contracts';
import type { E2eStack } from './src/e2e-stack.ts';
import { findLeftovers, listContainers } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

/** The checks are another promise's matter. */
const QUICKLY_PROVEN: Partial<JobRequest> = { kind: 'implement', checks: { test: ['true'], lint: [] } };

const isSleeping = (event: JobEvent): boolean =>
  event.type === 'command.started' && event.data.cmd.includes('sleep');

describe('sudden death', () => {
  let e2e: E2eStack;
  useE2eStack(
    (started) => (e2e = started),
    () => ({ settings: { DRYDOCK_WORKER_LEASE_SECONDS: '3' } }),
  );

  it('of a worker mid-run leaves nothing behind, and the job runs again and is verified', async () => {
    const { instanceId } = e2e.stack.data;
    const { id } = await e2e.submit({ ...QUICKLY_PROVEN, model: 'scripted/slow-ts' });
    await e2e.until(id, isSleeping);
    expect(await listContainers(instanceId)).not.toEqual([]);
    e2e.stack.service('worker')?.signal('SIGKILL');
    await expect.poll(() => listContainers(instanceId), { timeout: 5_000 }).toEqual([]);
    await expect.poll(() => findLeftoverMounts(instanceId), { timeout: 15_000 }).toEqual([]);
    await e2e.stack.restart('worker');
    const { job, events } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'succeeded', attempt: 2, result: { verified: true } });
    expect(events.map((event) => event.seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.filter((event) => event.type === 'job.finished')).toHaveLength(1);
  });

  it('of the installation leaves nothing that the next start does not clear', async () => {
    const { instanceId } = e2e.stack.data;
    const { id } = await e2e.submit({ model: 'scripted/slow-ts' });
    await e2e.until(id, isSleeping);
    e2e.stack.service('monitor')?.signal('SIGKILL');
    e2e.stack.service('worker')?.signal('SIGKILL');
    await expect.poll(() => listContainers(instanceId), { timeout: 5_000 }).toEqual([]);
    await e2e.stack.restart('monitor');
    await expect.poll(() => findLeftoverMounts(instanceId), { timeout: 15_000 }).toEqual([]);
  });
});

describe('a stopped worker', () => {
  let e2e: E2eStack;
  useE2eStack(
    (started) => (e2e = started),
    // It still owns the sandboxes that wait: without them there is only the job's.
    () => ({ settings: { DRYDOCK_WARM_SANDBOXES: '0' } }),
  );

  it('does not outlast a deadline: the monitor ends its job', async () => {
    const { instanceId } = e2e.stack.data;
    const { id } = await e2e.submit({ model: 'scripted/slow-ts', limits: { timeout_seconds: 9 } });
    await e2e.until(id, isSleeping);
    e2e.stack.service('worker')?.signal('SIGSTOP');
    try {
      await expect.poll(() => listContainers(instanceId), { timeout: 25_000 }).toEqual([]);
    } finally {
      e2e.stack.service('worker')?.signal('SIGCONT');
    }
    const { job } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'timed_out', error: { code: 'deadline_exceeded' }, attempt: 1 });
    expect(job.result?.verified).toBe(false);
  });
});

async function findLeftoverMounts(instanceId: string): Promise<string[]> {
  return (await findLeftovers(instanceId)).filter(
    (line) => line.includes(`/slots/`) && !line.includes('node '),
  );
}

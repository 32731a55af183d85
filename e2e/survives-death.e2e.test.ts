import { afterEach, describe, expect, it } from 'vitest';
import type { JobEvent, JobId } from '@drydock/contracts';
import type { E2eStack } from './src/e2e-stack.ts';
import { findLeftovers, listContainers, startE2eStack } from './src/e2e-stack.ts';

const WAIT_MS = 60_000;

/** Follows a job until an event is seen. */
async function waitFor(e2e: E2eStack, jobId: JobId, seen: (event: JobEvent) => boolean): Promise<void> {
  const signal = AbortSignal.timeout(WAIT_MS);
  for await (const event of e2e.client.followEvents(jobId, {}, signal)) if (seen(event)) return;
  throw new Error('The job ended before the event was seen.');
}

const isSleeping = (event: JobEvent): boolean =>
  event.type === 'command.started' && event.data.cmd.includes('sleep');

describe('sudden death', () => {
  let e2e: E2eStack | undefined;
  afterEach(async () => {
    const instanceId = e2e?.stack.data.instanceId;
    await e2e?.[Symbol.asyncDispose]();
    e2e = undefined;
    if (instanceId !== undefined) expect(await findLeftovers(instanceId)).toEqual([]);
  });

  it('of a worker mid-run leaves nothing behind, and the job runs again and is verified', async () => {
    e2e = await startE2eStack();
    const { instanceId } = e2e.stack.data;
    const { id } = await e2e.submit({ model: 'scripted/slow-ts' });
    await waitFor(e2e, id, isSleeping);
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
    e2e = await startE2eStack();
    const { instanceId } = e2e.stack.data;
    const { id } = await e2e.submit({ model: 'scripted/slow-ts' });
    await waitFor(e2e, id, isSleeping);
    e2e.stack.service('monitor')?.signal('SIGKILL');
    e2e.stack.service('worker')?.signal('SIGKILL');
    await expect.poll(() => listContainers(instanceId), { timeout: 5_000 }).toEqual([]);
    await e2e.stack.restart('monitor');
    await expect.poll(() => findLeftoverMounts(instanceId), { timeout: 15_000 }).toEqual([]);
  });

  it('does not outlast a deadline: the monitor ends the job of a stopped worker', async () => {
    // A stopped worker still owns the sandboxes that wait: without them there is only the job's.
    e2e = await startE2eStack({ settings: { DRYDOCK_WARM_SANDBOXES: '0' } });
    const { instanceId } = e2e.stack.data;
    const { id } = await e2e.submit({ model: 'scripted/slow-ts', limits: { timeout_seconds: 9 } });
    await waitFor(e2e, id, isSleeping);
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

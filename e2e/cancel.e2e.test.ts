import { readFile } from 'node:fs/promises';
import type { JobEvent, JobId, JobJson, JobState } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { listContainers } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

const WAIT_MS = 60_000;
/** Longest time from the cancellation to a machine on which nothing works for the job. */
const GONE_MS = 5_000;

const isSleeping = (event: JobEvent): boolean =>
  event.type === 'command.started' && event.data.cmd.includes('sleep');
const hasEntered =
  (state: JobState) =>
  (event: JobEvent): boolean =>
    event.type === 'job.state_changed' && event.data.to === state;

describe('cancel', () => {
  let e2e: E2eStack;
  useE2eStack((started) => (e2e = started));

  /** Sandboxes that work for a job: a workspace is unmounted when its container is gone, and a warm one has none. */
  async function countWorkspaces(): Promise<number> {
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
    return mounts.filter((line) => line.includes(e2e.stack.data.instanceId) && line.includes(' - overlay '))
      .length;
  }

  /** Cancels, and asserts what holds in every state: one end, a result, nothing left, and that it can be repeated. */
  async function cancel(jobId: JobId): Promise<FinishedJob> {
    const { client } = e2e;
    const startedAt = performance.now();
    const answered = await client.cancelJob(jobId);
    expect(answered.id).toBe(jobId);
    await expect.poll(countWorkspaces, { timeout: GONE_MS, interval: 50 }).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(GONE_MS);
    const finished = await finish(jobId);
    expect(finished.job).toMatchObject({ status: 'cancelled', error: null, result: { verified: false } });
    expect(finished.events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
    expect(finished.events.map(({ seq }) => seq)).toEqual(finished.events.map((_event, index) => index + 1));
    expect(await client.cancelJob(jobId)).toEqual(finished.job);
    return finished;
  }

  /** The patch is empty where a job has none: one that nobody took. */
  async function finish(jobId: JobId): Promise<FinishedJob> {
    const events: JobEvent[] = [];
    for await (const event of e2e.client.followEvents(jobId, {}, AbortSignal.timeout(WAIT_MS))) {
      events.push(event);
    }
    const artifacts = await e2e.client.listArtifacts(jobId);
    const hasPatch = artifacts.some(({ name }) => name === 'patch.diff');
    const patch = hasPatch ? await e2e.client.getPatch(jobId) : '';
    return { job: await e2e.client.getJob(jobId), events, patch };
  }

  it('ends a job that waits for a worker, and leaves the others alone', async () => {
    const busy: JobJson[] = [];
    for (let count = 0; count < 4; count += 1)
      busy.push(await e2e.submit({ model: 'scripted/slow-plan-ts' }));
    // Whatever the worker can do at once: the last of them waits.
    const queued = busy.at(-1);
    if (queued === undefined) throw new Error('There is no job.');
    await e2e.until(busy[0]?.id ?? queued.id, isSleeping);
    expect((await e2e.client.cancelJob(queued.id)).status).toBe('cancelled');
    expect((await finish(queued.id)).events.at(-1)).toMatchObject({ data: { status: 'cancelled' } });
    expect((await e2e.client.getJob(busy[0]?.id ?? queued.id)).status).toBe('planning');
    await Promise.all(busy.map(({ id }) => e2e.client.cancelJob(id)));
    await Promise.all(busy.map(({ id }) => finish(id)));
    const cancelled = [];
    for await (const { id } of e2e.client.listJobs({ status: 'cancelled' })) cancelled.push(id);
    expect(cancelled.toSorted()).toEqual(busy.map(({ id }) => id).toSorted());
    await expect.poll(countWorkspaces, { timeout: GONE_MS }).toBe(0);
  });

  it('ends a job whose sandbox is being started', async () => {
    const { id } = await e2e.submit({ model: 'scripted/fix-ts' });
    await e2e.until(id, hasEntered('starting'));
    const { patch } = await cancel(id);
    expect(patch).toBe('');
  });

  it('ends a job in the middle of a command of its planning', async () => {
    const { id } = await e2e.submit({ model: 'scripted/slow-plan-ts' });
    await e2e.until(id, isSleeping);
    const { job } = await cancel(id);
    expect(job.result?.usage.input_tokens).toBeGreaterThan(0);
  });

  it('ends a job in the middle of a command after an edit, and keeps the patch so far', async () => {
    const { id } = await e2e.submit({ model: 'scripted/slow-ts' });
    await e2e.until(id, isSleeping);
    // The agent's, and where it was to spare one for the checks on the base.
    expect([1, 2]).toContain(await countWorkspaces());
    const { job, patch } = await cancel(id);
    expect(patch).toContain('+++ b/src/matches.ts');
    expect(job.result?.patch_bytes).toBe(Buffer.byteLength(patch));
    expect(job.result?.plan).not.toBeNull();
    const names = (await e2e.client.listArtifacts(id)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['patch.diff', 'plan.json', 'transcript.jsonl', 'log.txt']));
    const log = await e2e.client.getArtifact(id, 'log.txt');
    expect(Buffer.from(log).toString()).toContain('modified src/matches.ts');
  });

  it('ends a job that is being verified, and keeps what was submitted', async () => {
    const { id } = await e2e.submit({ model: 'scripted/fix-ts', checks: { test: ['sleep 60'] } });
    await e2e.until(id, hasEntered('verifying'));
    await expect.poll(countWorkspaces, { timeout: 10_000 }).toBe(2);
    const { job, patch } = await cancel(id);
    expect(patch).toContain('+++ b/src/matches.ts');
    expect(job.result).toMatchObject({
      verified: false,
      checks: null,
      summary: expect.any(String) as string,
    });
  });

  it('ends a job whose worker is stopped, by the monitor, and the worker finds nothing to do', async () => {
    const { id } = await e2e.submit({ model: 'scripted/slow-plan-ts' });
    await e2e.until(id, isSleeping);
    const worker = e2e.stack.service('worker');
    worker?.signal('SIGSTOP');
    const containers = await listContainers(e2e.stack.data.instanceId);
    const countEnded = async () => {
      const left = new Set(await listContainers(e2e.stack.data.instanceId));
      return containers.filter((container) => !left.has(container)).length;
    };
    try {
      expect((await e2e.client.cancelJob(id)).status).toBe('planning');
      const { job, events } = await finish(id);
      expect(job).toMatchObject({ status: 'cancelled', error: null, result: { verified: false } });
      expect(events.filter(({ type }) => type === 'job.finished')).toHaveLength(1);
      await expect.poll(countEnded, { timeout: GONE_MS }).toBe(1);
    } finally {
      worker?.signal('SIGCONT');
    }
    // The mounts are those of a living worker: it takes them down when it goes on.
    await expect.poll(countWorkspaces, { timeout: GONE_MS }).toBe(0);
  });

  it('refuses with job_finished where the job has ended otherwise', async () => {
    const { id } = await e2e.submit({ model: 'scripted/fix-ts' });
    const { job } = await finish(id);
    expect(job.status).toBe('succeeded');
    await expect(e2e.client.cancelJob(id)).rejects.toMatchObject({
      status: 409,
      problem: { code: 'job_finished' },
    });
    expect(await e2e.client.getJob(id)).toEqual(job);
  });
});

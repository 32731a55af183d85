import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

const hasBegun = (event: JobEvent): boolean =>
  event.type === 'command.output_appended' && event.data.text.includes('begun');
const SETTINGS = {
  DRYDOCK_WORKER_LEASE_SECONDS: '3',
  DRYDOCK_HIGH_TIER_SLICE_SECONDS: '3',
  // The runtime is another promise's matter.
  DRYDOCK_HIGH_TIER_RUNTIME: 'runc',
};

describe('a job goes on', () => {
  let e2e: E2eStack;
  useE2eStack(
    (started) => (e2e = started),
    () => ({ settings: SETTINGS }),
  );

  it('in another attempt where the last one was lost: same workspace, same conversation, nothing asked twice', async () => {
    const { id } = await e2e.submit({ model: 'scripted/resume-ts' });
    await e2e.until(id, hasBegun);
    e2e.stack.service('worker')?.signal('SIGKILL');
    await e2e.stack.restart('worker');
    const finished = await e2e.finish(id);
    const { job, events, patch } = finished;
    expect(job, job.error?.message).toMatchObject({
      status: 'succeeded',
      attempt: 2,
      result: { verified: true },
    });
    // Four turns, five calls: only the one that was not complete when the worker died is asked for again.
    expect(turnsOf(events)).toEqual({ 1: [1, 2, 3], 2: [4, 5] });
    expect(events.find((event) => event.type === 'attempt.resumed')?.data).toMatchObject({
      after: 'attempt',
      stage: 'running',
      turns: 3,
    });
    expect(job.result?.usage.input_tokens).toBe(4_000);
    expect(patch).toContain('restricted');
    expect(await artifactOf(finished, 'log.txt')).toMatch(
      /> kept\.log[^]*\n--- job_\w+, attempt 2 ---\n[^]*begun/,
    );
    const transcript = await artifactOf(finished, 'transcript.jsonl');
    expect(transcript.match(/<resumed_conversation>/g)).toHaveLength(1);
    expect(transcript.match(/submit_plan/g)?.length).toBeGreaterThan(0);
  });

  it('in another job where a slice of tier high ended, on another worker, bit for bit', async () => {
    const cut = await cutJob();
    const { job, events } = cut;
    expect(job.result?.warnings.map(({ code }) => code)).toContain('slice_ended');
    expect(cut.patch).toContain('restricted');
    const stopped = events.flatMap((event) => (event.type === 'command.finished' ? [event.data] : []));
    expect(stopped.at(-1)).toMatchObject({ timed_out: true, truncated: true });
    expect(stopped.at(-1)?.duration_ms).toBeLessThan(10_000);
    expect(await artifactOf(cut, 'log.txt')).toMatch(/begun\n[^]*truncated: its turn took 3 s\]/);
    expect(job.links.continue).toBe(`/v1/jobs/${job.id}/continue`);

    await e2e.stack.restart('worker');
    const next = await e2e.client.continueJob(job.id, { labels: { second: 'half' } });
    const finished = await e2e.finish(next.id);
    expect(finished.job).toMatchObject({
      status: 'succeeded',
      previous_job_id: job.id,
      labels: { second: 'half' },
      result: { verified: true },
    });
    expect(turnsOf(finished.events)).toEqual({ 1: [1, 2] });
    // The continued job has only looked so far: the same workspace makes the same bytes again.
    expect(checkpointsOf(finished.events)[0]).toBe(checkpointsOf(events).at(-1));
    expect(finished.patch).toBe(cut.patch);
  });

  it('from no checkpoint whose bytes were changed, and the patch so far is not lost by it', async () => {
    const cut = await cutJob();
    await overwrite(checkpointsOf(cut.events).at(-1) ?? '');
    const next = await e2e.client.continueJob(cut.job.id);
    const { job, patch } = await e2e.finish(next.id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'checkpoint_refused' } });
    expect([patch, job.result?.patch_bytes]).toEqual([cut.patch, Buffer.byteLength(cut.patch)]);
    expect(job.result?.plan).toEqual(cut.job.result?.plan);
  });

  async function cutJob(): Promise<FinishedJob> {
    const { id } = await e2e.submit({ model: 'scripted/slice-ts', tier: 'high' });
    const finished = await e2e.finish(id);
    expect(finished.job).toMatchObject({ status: 'checkpointed', error: null, tier: 'high' });
    return finished;
  }

  async function artifactOf({ job }: FinishedJob, name: 'log.txt' | 'transcript.jsonl'): Promise<string> {
    return new TextDecoder().decode(await e2e.client.getArtifact(job.id, name));
  }

  /** Changes the bytes behind a digest, as somebody with the disk could. */
  async function overwrite(digest: string): Promise<void> {
    const dir = join(e2e.stack.data.root, 'artifacts');
    const paths = await readdir(dir, { recursive: true });
    const path = paths.find((name) => name.replaceAll('/', '').endsWith(digest));
    await writeFile(join(dir, path ?? 'none'), 'something else');
  }
});

const checkpointsOf = (events: readonly JobEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'checkpoint.saved' ? [event.data.digest] : []));

/** Which turns of the model each attempt paid for. */
function turnsOf(events: readonly JobEvent[]): Record<number, number[]> {
  const turns: Record<number, number[]> = {};
  for (const event of events) {
    if (event.type === 'usage.charged') (turns[event.attempt] ??= []).push(event.data.turn);
  }
  return turns;
}

import type { FollowUpInput, JobEvent, JobId, JobRequest } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { useE2eStack } from './src/use-e2e-stack.ts';

const MODEL = 'scripted/thread-ts';
const QUICKLY_PROVEN: Partial<JobRequest> = { kind: 'implement', checks: { test: ['true'], lint: [] } };
const LIVE = ['queued', 'starting', 'planning', 'running', 'verifying'];
const [MOON, SUN] = ['Name it after the moon.', 'And one for the sun.'];

const printed =
  (text: string) =>
  (event: JobEvent): boolean =>
    event.type === 'command.output_appended' && event.data.text.includes(text);

describe('a thread of jobs', () => {
  let e2e: E2eStack;
  useE2eStack(
    (started) => (e2e = started),
    () => ({ settings: { DRYDOCK_WORKER_LEASE_SECONDS: '3' } }),
  );

  async function follow(previous: JobId, request: Omit<FollowUpInput, 'previous_job_id'>) {
    const { id } = await e2e.client.submitJob({ previous_job_id: previous, ...request });
    return e2e.finish(id);
  }
  async function jobsOfThread(thread: JobId): Promise<readonly JobId[]> {
    const ids: JobId[] = [];
    for await (const { id } of e2e.client.listJobs({ thread })) ids.push(id);
    return ids;
  }
  const transcriptOf = async ({ job }: FinishedJob): Promise<string> =>
    new TextDecoder().decode(await e2e.client.getArtifact(job.id, 'transcript.jsonl'));

  /** The fix of the example, then a follow-up that edits on top of it. */
  async function fixAndEdit() {
    const { id } = await e2e.submit({ model: MODEL });
    const first = await e2e.finish(id);
    expect(first.job).toMatchObject({ status: 'succeeded', result: { verified: true } });
    await e2e.stack.restart('worker');
    const edit = await follow(id, { instruction: 'Say in the comment that months still have to match.' });
    return { first, edit };
  }

  it('goes on from what succeeded, on other workers and as other kinds, and proves all of it against the base', async () => {
    const { first, edit } = await fixAndEdit();
    const { id } = first.job;
    expect(edit.job).toMatchObject({
      status: 'succeeded',
      kind: 'fix',
      previous_job_id: id,
      thread_id: id,
      result: {
        verified: true,
        plan: { steps: ['Say it in the comment'] },
        checks: { fail_to_pass: first.job.result?.checks?.fail_to_pass },
      },
    });
    // All since the base: the older change, as it is by now.
    expect(edit.patch).toContain('restricted');
    expect(edit.patch).toMatch(/^\+ .*matches, in a month that does\.$/m);
    expect(statesOf(edit.events)).toEqual([...LIVE, 'succeeded']);

    await e2e.stack.restart('worker');
    const tests = await follow(edit.job.id, { kind: 'test', instruction: 'Now test that months count.' });
    expect(tests.job).toMatchObject({
      status: 'succeeded',
      kind: 'test',
      result: { checks: { added_pass: [expect.stringContaining('months')] } },
    });
    for (const part of ['restricted', 'in a month that does', 'months.test.ts'])
      expect(tests.patch).toContain(part);

    const review = await follow(tests.job.id, { kind: 'review', instruction: 'Review what we have.' });
    expect(review.job).toMatchObject({
      status: 'succeeded',
      previous_job_id: tests.job.id,
      result: { verified: null },
    });
    expect(review.patch).toBe(tests.patch);
    expect((await transcriptOf(review)).match(/<follow_up>/g)).toHaveLength(3);
    expect(await jobsOfThread(id)).toEqual([review, tests, edit, first].map(({ job }) => job.id));
  });

  it('is refused where there is nothing to go on from', async () => {
    const { id } = await e2e.submit({ model: 'scripted/steer-lost-ts', ...QUICKLY_PROVEN });
    await e2e.until(id, printed('begun'));
    await expect(follow(id, { instruction: 'More.' })).rejects.toMatchObject({
      problem: { code: 'no_checkpoint' },
    });
    await e2e.client.cancelJob(id);
  });

  it('hears a person between two turns, and hands nothing in over what nobody has read', async () => {
    const { id } = await e2e.submit({ model: 'scripted/steer-ts', ...QUICKLY_PROVEN });
    await e2e.until(id, printed('begun'));
    const moon = await e2e.client.sendMessage(id, MOON);
    await e2e.until(id, printed('turning'));
    const sun = await e2e.client.sendMessage(id, SUN);
    const finished = await e2e.finish(id);
    const { job, events, patch } = finished;
    expect(job).toMatchObject({ status: 'succeeded', result: { verified: true } });
    expect([patch.includes('moon.txt'), patch.includes('sun.txt')]).toEqual([true, true]);
    expect(heardIn(events)).toEqual([
      { message_id: moon.id, text: MOON },
      { message_id: sun.id, text: SUN },
    ]);
    await expect(e2e.client.sendMessage(id, 'Wait!')).rejects.toMatchObject({
      problem: { code: 'job_finished' },
    });
  });

  it('is heard once, also where the worker was killed that heard it, and where nobody listened', async () => {
    const { id } = await e2e.submit({ model: 'scripted/steer-lost-ts', ...QUICKLY_PROVEN });
    await e2e.until(id, printed('begun'));
    await e2e.client.sendMessage(id, MOON);
    await e2e.until(id, printed('again'));
    e2e.stack.service('worker')?.signal('SIGKILL');
    await e2e.client.sendMessage(id, SUN);
    await e2e.stack.restart('worker');
    const finished = await e2e.finish(id);
    expect(finished.job).toMatchObject({ status: 'succeeded', attempt: 2 });
    const transcript = await transcriptOf(finished);
    const count = (text: string): number => transcript.split(JSON.stringify(text)).length - 1;
    expect([count(MOON), count(SUN)]).toEqual([1, 1]);
    expect(heardIn(finished.events).map(({ text }) => text)).toEqual([MOON, SUN]);
  });

  it('says which messages came too late to be read', async () => {
    const { id } = await e2e.submit({
      model: 'scripted/steer-lost-ts',
      ...QUICKLY_PROVEN,
      limits: { max_turns: 2 },
    });
    await e2e.until(id, printed('begun'));
    const { id: messageId } = await e2e.client.sendMessage(id, MOON);
    const { job } = await e2e.finish(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
    expect(job.result?.warnings).toContainEqual({
      code: 'messages_not_delivered',
      message: `The job ended before the model read these messages: ${messageId}`,
    });
  });
});

const heardIn = (events: readonly JobEvent[]) =>
  events.flatMap((event) => {
    if (event.type !== 'message.added' || event.data.role !== 'user') return [];
    const { message_id, text } = event.data;
    return [{ message_id, text }];
  });

const statesOf = (events: readonly JobEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'job.state_changed' ? [event.data.to] : []));

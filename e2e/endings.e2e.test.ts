import type { JobId, JobRequest } from '@drydock/contracts';
import { ERROR_CATALOGUE } from '@drydock/core';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { findLeftovers, listContainers, startE2eStack } from './src/e2e-stack.ts';
import { killContainer, updateContainer } from './src/host-probes.ts';

const WAIT_MS = 90_000;
/** Every container is a job's own then: none may be left. */
const NO_POOL = { DRYDOCK_WARM_SANDBOXES: '0' };

interface Case {
  readonly request: Partial<JobRequest>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly status: string;
  readonly code: keyof typeof ERROR_CATALOGUE | undefined;
  /** What the error must say beyond its catalogue text. */
  readonly says?: string;
  /** What was printed before the end, in log.txt. */
  readonly logs?: string;
}

/** Every way in which an agent's part can end, beside those of a cancellation and a crash. */
const ENDINGS: Readonly<Record<string, Case>> = {
  'the agent submits, after a model that talked nonsense was told so': {
    request: { model: 'scripted/nonsense-ts' },
    status: 'succeeded',
    code: undefined,
    logs: 'got words',
  },
  'its turns are used up': {
    request: { model: 'scripted/stuck-ts', limits: { max_turns: 2 } },
    status: 'failed',
    code: 'budget_exceeded',
    says: 'max_turns',
    logs: 'seen',
  },
  'its tokens are used up': {
    request: { model: 'scripted/stuck-ts', limits: { max_tokens_total: 20_500 } },
    status: 'failed',
    code: 'budget_exceeded',
    says: 'max_tokens_total',
    logs: 'seen',
  },
  'its money is used up': {
    request: { model: 'scripted/stuck-ts', limits: { max_cost_usd: 3 } },
    settings: { DRYDOCK_MODELS_FILE: join(import.meta.dirname, 'dear-models.yaml') },
    status: 'failed',
    code: 'budget_exceeded',
    says: 'max_cost_usd',
    logs: 'seen',
  },
  'its time is up while a command runs': {
    request: { model: 'scripted/stuck-ts', limits: { timeout_seconds: 15 } },
    status: 'timed_out',
    code: 'deadline_exceeded',
    logs: 'begun',
  },
  'the agent only talks': {
    request: { model: 'scripted/talk-ts' },
    status: 'failed',
    code: 'no_submission',
    says: 'Really.',
  },
  'the model falls silent': {
    request: { model: 'scripted/silent-ts' },
    settings: { DRYDOCK_MODEL_IDLE_SECONDS: '0.5' },
    status: 'failed',
    code: 'model_timeout',
    says: 'silent',
    logs: 'seen',
  },
};

describe('a job leaves patch, log, transcript and checkpoint, and nothing on the machine, when', () => {
  let e2e: E2eStack | undefined;
  afterEach(async () => {
    const instanceId = e2e?.stack.data.instanceId;
    await e2e?.[Symbol.asyncDispose]();
    e2e = undefined;
    if (instanceId !== undefined) expect(await findLeftovers(instanceId)).toEqual([]);
  });

  it.each(Object.entries(ENDINGS))('%s', async (_, { request, settings, status, code, says, logs }) => {
    const stack = await startE2eStack({ settings: { ...NO_POOL, ...settings } });
    e2e = stack;
    const { id } = await stack.submit(request);
    const finished = await stack.finish(id);
    expectEnding(finished, { status, code, says });
    await expectKept(stack, finished);
    expect(await readArtifact(stack, finished, 'log.txt')).toContain(logs ?? '');
    await expect.poll(() => listContainers(stack.stack.data.instanceId), { timeout: 5_000 }).toEqual([]);
  });

  it('no model server is there', async () => {
    const stack = await startE2eStack({ model: { baseUrl: 'http://127.0.0.1:9/v1' } });
    e2e = stack;
    const { id } = await stack.submit({ model: 'gpt-5.3-codex' });
    const finished = await stack.finish(id);
    expectEnding(finished, { status: 'failed', code: 'model_unavailable', says: undefined });
    expect(finished.patch).toBe('');
    expect(finished.events.map((event) => event.type)).toContain('checkpoint.saved');
    expect(await readArtifact(stack, finished, 'transcript.jsonl')).toContain('"role":"user"');
  });

  it('its container is killed in the middle of a command, before anything of that was saved', async () => {
    const stack = await startE2eStack({ settings: NO_POOL });
    e2e = stack;
    const { id } = await stack.submit({ model: 'scripted/lost-ts' });
    await waitForCommand(stack, id, 1);
    const [container = ''] = await listContainers(stack.stack.data.instanceId);
    await killContainer(container);
    const finished = await stack.finish(id);
    expectEnding(finished, { status: 'failed', code: 'sandbox_lost', says: undefined });
    await expectKept(stack, finished);
    expect(finished.job.result?.warnings).toEqual([]);
    await expect.poll(() => listContainers(stack.stack.data.instanceId), { timeout: 5_000 }).toEqual([]);
  });

  it('its container is changed from outside while it runs, and the monitor sees it', async () => {
    const stack = await startE2eStack({ settings: NO_POOL });
    e2e = stack;
    const { id } = await stack.submit({ model: 'scripted/lost-ts' });
    await waitForCommand(stack, id, 1);
    const [container = ''] = await listContainers(stack.stack.data.instanceId);
    await updateContainer(container, { PidsLimit: 4_096 });
    const finished = await stack.finish(id);
    const violation = 'HostConfig.PidsLimit is 4096 instead of 1024';
    expectEnding(finished, { status: 'failed', code: 'sandbox_policy_violation', says: violation });
    expect(finished.events.filter(({ type }) => type === 'sandbox.drifted')).toMatchObject([
      { data: { violations: [violation] } },
    ]);
    await expectKept(stack, finished);
    await expect.poll(() => listContainers(stack.stack.data.instanceId), { timeout: 5_000 }).toEqual([]);
  });

  it('every worker that takes it dies', async () => {
    const stack = await startE2eStack({ settings: { ...NO_POOL, DRYDOCK_WORKER_LEASE_SECONDS: '3' } });
    e2e = stack;
    const { id } = await stack.submit({ model: 'scripted/stuck-ts' });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await waitForCommand(stack, id, attempt);
      stack.stack.service('worker')?.signal('SIGKILL');
      if (attempt < 3) await stack.stack.restart('worker');
    }
    const finished = await stack.finish(id);
    expectEnding(finished, { status: 'failed', code: 'attempts_exhausted', says: undefined });
    await expectKept(stack, finished);
    expect(await readArtifact(stack, finished, 'log.txt')).toContain('seen');
    expect(finished.job.result?.plan?.steps).toEqual(['Leave a note']);
    expect(finished.job.result?.usage.input_tokens).toBe(1_000);
  });
});

/** Until an attempt is in the command that never ends. */
async function waitForCommand(stack: E2eStack, jobId: JobId, attempt: number): Promise<void> {
  for await (const event of stack.client.followEvents(jobId, {}, AbortSignal.timeout(WAIT_MS))) {
    const isOutput = event.attempt === attempt && event.type === 'command.output_appended';
    if (isOutput && event.data.text.includes('begun')) return;
  }
}

type Expected = Pick<Case, 'status' | 'code'> & { readonly says: string | undefined };

function expectEnding({ job }: FinishedJob, { status, code, says }: Expected): void {
  expect(job.status).toBe(status);
  expect(job.error?.code, job.error?.message).toBe(code);
  if (code === undefined) return;
  expect(job.error?.message).toContain(says ?? '');
  expect(job.error?.message).toContain(ERROR_CATALOGUE[code].next);
}

/** The note that every one of these jobs made before its end. */
async function expectKept(stack: E2eStack, finished: FinishedJob): Promise<void> {
  const { job, patch, events } = finished;
  expect(patch).toContain('+noted');
  expect(job.result?.patch_bytes).toBe(Buffer.byteLength(patch));
  expect(events.find((event) => event.type === 'checkpoint.saved')?.data).toEqual({
    digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    bytes: expect.any(Number) as number,
  });
  expect(await readArtifact(stack, finished, 'transcript.jsonl')).toContain('submit_plan');
  expect(await readArtifact(stack, finished, 'plan.json')).toContain('Leave a note');
}

async function readArtifact(
  stack: E2eStack,
  { job }: FinishedJob,
  name: 'log.txt' | 'transcript.jsonl' | 'plan.json',
): Promise<string> {
  return new TextDecoder().decode(await stack.client.getArtifact(job.id, name));
}

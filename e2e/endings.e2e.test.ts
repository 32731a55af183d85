import type { JobId, JobRequest } from '@drydock/contracts';
import { ERROR_CATALOGUE } from '@drydock/core';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { findLeftovers, listContainers, startE2eStack } from './src/e2e-stack.ts';
import { killContainer, updateContainer } from './src/host-probes.ts';
import type { ModelGate } from './src/model-gate.ts';
import { startModelGate } from './src/model-gate.ts';

const GONE_MS = 5_000;
const SETTINGS = {
  // Every container is a job's own then: none may be left.
  DRYDOCK_WARM_SANDBOXES: '0',
  // Most of these jobs wait: for a deadline, for a server.
  DRYDOCK_WORKER_CONCURRENCY: '3',
  DRYDOCK_WORKER_LEASE_SECONDS: '4',
  DRYDOCK_MODEL_IDLE_SECONDS: '1',
  DRYDOCK_MODELS_FILE: join(import.meta.dirname, 'dear-models.yaml'),
};

interface Case {
  readonly request: Partial<JobRequest>;
  readonly status: string;
  readonly code: keyof typeof ERROR_CATALOGUE | undefined;
  /** What the error must say beyond its catalogue text. */
  readonly says?: string;
  /** What was printed before the end, in log.txt. */
  readonly logs?: string;
}

/** Every way in which an agent's part can end, beside those of a cancellation and a crash. */
const ENDINGS: Readonly<Record<string, Case>> = {
  'its time is up while a command runs': {
    request: { model: 'scripted/stuck-ts', limits: { timeout_seconds: 20 } },
    status: 'timed_out',
    code: 'deadline_exceeded',
    logs: 'begun',
  },
  'the model falls silent': {
    request: { model: 'scripted/silent-ts' },
    status: 'failed',
    code: 'model_timeout',
    says: 'silent',
    logs: 'seen',
  },
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
    status: 'failed',
    code: 'budget_exceeded',
    says: 'max_cost_usd',
    logs: 'seen',
  },
  'the agent only talks': {
    request: { model: 'scripted/talk-ts' },
    status: 'failed',
    code: 'no_submission',
    says: 'Really.',
  },
};

describe('a job leaves patch, log, transcript and checkpoint, and nothing on the machine, when', () => {
  let gate: ModelGate;
  let e2e: E2eStack;
  const submitted = new Map<string, JobId>();

  beforeAll(async () => {
    gate = await startModelGate();
    e2e = await startE2eStack({ model: { baseUrl: gate.url }, settings: SETTINGS });
    // Side by side, those that wait longest first.
    for (const [name, { request }] of Object.entries(ENDINGS)) {
      submitted.set(name, (await e2e.submit(request)).id);
    }
  });
  afterAll(async () => {
    const instanceId = e2e?.stack.data.instanceId;
    await e2e?.[Symbol.asyncDispose]();
    await gate?.[Symbol.asyncDispose]();
    expect(await findLeftovers(instanceId)).toEqual([]);
  });

  const expectNoContainers = async () => {
    await expect.poll(() => listContainers(e2e.stack.data.instanceId), { timeout: GONE_MS }).toEqual([]);
  };

  it.each(Object.entries(ENDINGS))('%s', async (name, { status, code, says, logs }) => {
    const finished = await e2e.finish(submitted.get(name) as JobId);
    expectEnding(finished, { status, code, says });
    await expectKept(e2e, finished);
    expect(await readArtifact(e2e, finished, 'log.txt')).toContain(logs ?? '');
  });

  it('all of these have ended', async () => {
    for (const id of submitted.values()) expect((await e2e.finish(id)).job.finished_at).not.toBeNull();
    await expectNoContainers();
  });

  it('its container is killed in the middle of a command, before anything of that was saved', async () => {
    const { id } = await e2e.submit({ model: 'scripted/lost-ts' });
    await waitForCommand(e2e, id, 1);
    const [container = ''] = await listContainers(e2e.stack.data.instanceId);
    await killContainer(container);
    const finished = await e2e.finish(id);
    expectEnding(finished, { status: 'failed', code: 'sandbox_lost', says: undefined });
    await expectKept(e2e, finished);
    expect(finished.job.result?.warnings).toEqual([]);
    await expectNoContainers();
  });

  it('its container is changed from outside while it runs, and the monitor sees it', async () => {
    const { id } = await e2e.submit({ model: 'scripted/lost-ts' });
    await waitForCommand(e2e, id, 1);
    const [container = ''] = await listContainers(e2e.stack.data.instanceId);
    await updateContainer(container, { PidsLimit: 4_096 });
    const finished = await e2e.finish(id);
    const violation = 'HostConfig.PidsLimit is 4096 instead of 1024';
    expectEnding(finished, { status: 'failed', code: 'sandbox_policy_violation', says: violation });
    expect(finished.events.filter(({ type }) => type === 'sandbox.drifted')).toMatchObject([
      { data: { violations: [violation] } },
    ]);
    await expectKept(e2e, finished);
    await expectNoContainers();
  });

  it('every worker that takes it dies', async () => {
    const { id } = await e2e.submit({ model: 'scripted/stuck-ts' });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await waitForCommand(e2e, id, attempt);
      e2e.stack.service('worker')?.signal('SIGKILL');
      if (attempt < 3) await e2e.stack.restart('worker');
    }
    const finished = await e2e.finish(id);
    expectEnding(finished, { status: 'failed', code: 'attempts_exhausted', says: undefined });
    await expectKept(e2e, finished);
    expect(await readArtifact(e2e, finished, 'log.txt')).toContain('seen');
    expect(finished.job.result?.plan?.steps).toEqual(['Leave a note']);
    expect(finished.job.result?.usage.input_tokens).toBe(20_500);
    await expectNoContainers();
  });

  it('no model server is there', async () => {
    await e2e.stack.restart('worker');
    await gate[Symbol.asyncDispose]();
    const { id } = await e2e.submit({ model: 'gpt-5.3-codex' });
    const finished = await e2e.finish(id);
    expectEnding(finished, { status: 'failed', code: 'model_unavailable', says: undefined });
    expect(finished.patch).toBe('');
    expect(finished.events.map((event) => event.type)).toContain('checkpoint.saved');
    expect(await readArtifact(e2e, finished, 'transcript.jsonl')).toContain('"role":"user"');
    await expectNoContainers();
  });
});

/** Until an attempt is in the command that never ends. */
const waitForCommand = (e2e: E2eStack, jobId: JobId, attempt: number) =>
  e2e.until(
    jobId,
    (event) =>
      event.attempt === attempt &&
      event.type === 'command.output_appended' &&
      event.data.text.includes('begun'),
  );

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

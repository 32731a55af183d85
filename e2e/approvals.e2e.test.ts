import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Approval, JobId } from '@drydock/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { findLeftovers, listContainers, startE2eStack } from './src/e2e-stack.ts';

/** A page of this machine, which a gateway reaches only where the operator's rules name it. */
const HOST = '127.0.0.2';
const RULES = `rules:
  - name: the page of this test
    verdict: allow
    hosts: ['${HOST}']
    ports: [80]
    allow_private: true
    allows: ['GET ${HOST}:80']
    denies: ['GET 127.0.0.3:80']
`;
const REVIEW = { kind: 'review', tool_use_approval: 'ask' } as const;
const WAIT_MS = 30_000;
/** The time that a sandbox is held, and that it takes to go; less than a person has. */
const GIVEN_UP_MS = 7_000;

describe('what leaves a sandbox', () => {
  const asked: string[] = [];
  const tokens: unknown[] = [];
  const page = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    tokens.push(request.headers.authorization);
    // A server may say what it was told: it must not be seen by anybody.
    response.end(`hello ${request.headers.authorization ?? ''}`);
  });
  let dir: string;
  let e2e: E2eStack;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drydock-rules-'));
    await writeFile(join(dir, 'rules.yaml'), RULES);
    page.listen(80, HOST);
    await once(page, 'listening');
    e2e = await startE2eStack({
      settings: {
        DRYDOCK_EGRESS_RULES_FILE: join(dir, 'rules.yaml'),
        DRYDOCK_APPROVAL_HOLD_SECONDS: '1',
        DRYDOCK_APPROVAL_SECONDS: '10',
        DRYDOCK_WARM_SANDBOXES: '0',
      },
    });
  });
  beforeEach(() => void (asked.length = 0));
  afterAll(async () => {
    const { instanceId } = e2e.stack.data;
    await e2e[Symbol.asyncDispose]();
    expect(await findLeftovers(instanceId)).toEqual([]);
    await new Promise((resolve) => page.close(resolve));
    await rm(dir, { recursive: true });
  });

  const waitForQuestion = async (jobId: JobId, after?: Approval['id']): Promise<Approval> => {
    const isIt = ({ id, job_id }: Approval) => job_id === jobId && id !== after;
    const find = async () => (await e2e.client.listPendingApprovals()).find(isIt);
    return vi.waitUntil(find, { timeout: WAIT_MS, interval: 100 });
  };
  /** No sandbox and no worker waits for a person for long. */
  const untilGivenUp = async () => {
    const { instanceId } = e2e.stack.data;
    await expect.poll(() => listContainers(instanceId), { timeout: GIVEN_UP_MS }).toEqual([]);
  };
  const stateOf = async (jobId: JobId) => (await e2e.client.getJob(jobId)).status;

  it('is asked for, shown to a person, and let through once when they approve', async () => {
    const { id } = await e2e.submit({ ...REVIEW, model: 'scripted/ask-ts' });
    const question = await waitForQuestion(id);
    expect(question.request).toMatchObject({
      tool: 'exec_command',
      hosts: [HOST],
      justification: 'May I read the page?',
    });
    expect([await stateOf(id), asked]).toEqual(['awaiting_approval', []]);
    await e2e.client.decideApproval({ jobId: id, approvalId: question.id, decision: 'approve' });
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    // The same page without asking again is refused: the approval was for one call.
    expect(asked).toEqual(['GET /page']);
    expect(events.flatMap((event) => (event.type === 'egress.decided' ? [event.data.verdict] : []))).toEqual([
      'allow',
      'deny',
    ]);
    expect(events.filter(({ type }) => type.startsWith('approval.')).map(({ type }) => type)).toEqual([
      'approval.requested',
      'approval.decided',
    ]);
  });

  it('can be a plan: denied, made anew, approved, and then carried out', async () => {
    const { id } = await e2e.submit({ kind: 'review', plan_approval: true, model: 'scripted/plan-ts' });
    const first = await waitForQuestion(id);
    expect(first.request).toMatchObject({ tool: 'submit_plan', plan: { steps: ['Rewrite everything'] } });
    const decide = (approvalId: Approval['id'], answer: { decision: 'approve' | 'deny'; reason?: string }) =>
      e2e.client.decideApproval({ jobId: id, approvalId, ...answer });
    await decide(first.id, { decision: 'deny', reason: 'Smaller.' });
    const second = await waitForQuestion(id, first.id);
    expect(second.request.plan?.steps).toEqual(['Mend one line']);
    await decide(second.id, { decision: 'approve' });
    const { job } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({
      status: 'succeeded',
      result: { plan: { steps: ['Mend one line'], assumptions: ['The tests are right.'] } },
    });
  });

  it('ends with its plan where only a plan is wanted', async () => {
    const { id } = await e2e.submit({ kind: 'fix', plan_only: true, model: 'scripted/plan-only-ts' });
    const { job } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({
      status: 'succeeded',
      result: { verified: null, checks: null, patch_bytes: 0, plan: { steps: ['Mend one line'] } },
    });
    expect(job.result?.prompt_sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('goes nowhere when they deny, and the model is told', async () => {
    const { id } = await e2e.submit({ ...REVIEW, model: 'scripted/ask-denied-ts' });
    const { id: approvalId } = await waitForQuestion(id);
    await e2e.client.decideApproval({ jobId: id, approvalId, decision: 'deny', reason: 'Not today.' });
    const { job } = await e2e.finish(id);
    expect([job.status, asked]).toEqual(['succeeded', []]);
  });

  it('goes nowhere when nobody answers, and the job was given up meanwhile', async () => {
    const { id } = await e2e.submit({ ...REVIEW, model: 'scripted/ask-denied-ts' });
    await waitForQuestion(id);
    await untilGivenUp();
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(asked).toEqual([]);
    expect(
      events.flatMap((event) => (event.type === 'approval.decided' ? [event.data.status] : [])),
    ).toContain('expired');
  });

  it('goes on after a long time where it was, when a person approves at last', async () => {
    const { id } = await e2e.submit({ ...REVIEW, model: 'scripted/ask-late-ts' });
    const { id: approvalId } = await waitForQuestion(id);
    await untilGivenUp();
    await e2e.client.decideApproval({ jobId: id, approvalId, decision: 'approve' });
    const { job } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(asked).toEqual(['GET /page']);
  });

  it('ends with its job when that is cancelled while it waits', async () => {
    const { id } = await e2e.submit({ ...REVIEW, model: 'scripted/ask-ts' });
    const { id: approvalId } = await waitForQuestion(id);
    await e2e.client.cancelJob(id);
    const { job } = await e2e.finish(id);
    expect(job.status).toBe('cancelled');
    const late = e2e.client.decideApproval({ jobId: id, approvalId, decision: 'approve' });
    await expect(late).rejects.toMatchObject({ problem: { code: 'approval_over' } });
  });

  it('is granted by the job itself, for the hosts that it names and no other', async () => {
    const { id } = await e2e.submit({
      kind: 'review',
      model: 'scripted/granted-ts',
      tool_use_approval: { grants: [{ host: HOST, max_uses: 3 }], privileged: false },
    });
    const { job } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    expect(asked).toEqual(['GET /page']);
  });

  it('carries a secret that never was in the sandbox, and nobody sees it come back', async () => {
    const value = 'canary-0123456789abcdef';
    await e2e.client.setSecret('PAGE_TOKEN', { value, hosts: [HOST] });
    const inject = { header: 'Authorization', secret: 'PAGE_TOKEN', prefix: 'Bearer ' };
    const { id } = await e2e.submit({
      kind: 'review',
      model: 'scripted/granted-ts',
      secrets: ['PAGE_TOKEN'],
      tool_use_approval: { grants: [{ host: HOST, inject }], privileged: false },
    });
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    expect(tokens.at(-1)).toBe(`Bearer ${value}`);
    const shown =
      JSON.stringify(events) + (await textOf(id, 'log.txt')) + (await textOf(id, 'transcript.jsonl'));
    expect(shown).not.toContain(value);
    expect(shown).toContain('[secret:PAGE_TOKEN]');
  });

  it('is aborted without approval, with a reason that model and caller both see', async () => {
    const { id } = await e2e.submit({ kind: 'review', model: 'scripted/ungranted-ts' });
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    expect(asked).toEqual([]);
    const denied = events.flatMap((event) =>
      event.type === 'policy.decided' && event.data.verdict === 'deny' ? [event.data] : [],
    );
    expect(denied).toMatchObject([
      { rule: expect.any(String), hosts: ['example.test'] },
      { rule: expect.any(String), hosts: [] },
    ]);
  });

  it('that speaks to the model is marked as data, and shown to people without secrets and control', async () => {
    const { id } = await e2e.submit({ kind: 'review', model: 'scripted/injected-ts' });
    const { job, events } = await e2e.finish(id);
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded' });
    expect(events.map(({ type }) => type)).toContain('injection.suspected');
    const shown =
      JSON.stringify(events) + (await textOf(id, 'log.txt')) + (await textOf(id, 'transcript.jsonl'));
    expect(shown).not.toContain('ghp_0123456789');
    expect(await textOf(id, 'log.txt')).toContain('red [secret]');
  });

  const textOf = async (jobId: JobId, name: 'log.txt' | 'transcript.jsonl'): Promise<string> =>
    new TextDecoder().decode(await e2e.client.getArtifact(jobId, name));
});

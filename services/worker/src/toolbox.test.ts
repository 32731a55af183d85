import type { JobEventBody, Observation, ToolCall } from '@drydock/contracts';
import type { ExecRequest, ExecResult, PatchApplied, WorkspaceAccess } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from './attempt-log.ts';
import type { EventSink } from './event-sink.ts';
import { Toolbox } from './toolbox.ts';

const PLAN = { steps: ['fix it'], files: ['a.ts'], checks: ['npm test'], risks: [] };
const DONE: ExecResult = {
  exitCode: 0,
  signal: null,
  timedOut: false,
  durationMs: 3,
  head: 'hello\n',
  tail: '',
  totalBytes: 6,
  omittedBytes: 0,
};

/** A toolbox over a sandbox that records what reached it. */
function setUp(tools: readonly 'code_interpreter'[] = ['code_interpreter'], patched?: PatchApplied) {
  const events: JobEventBody[] = [];
  const reached: string[] = [];
  const sandbox = {
    exec: async (request: ExecRequest) => {
      reached.push(`exec ${request.cmd} in ${request.workdir}`);
      return DONE;
    },
    applyPatch: async (): Promise<PatchApplied> => {
      reached.push('applyPatch');
      return patched ?? { kind: 'applied', changes: [{ path: 'a.ts', kind: 'modified' }] };
    },
    setWorkspaceAccess: async (access: WorkspaceAccess) => void reached.push(access),
  };
  const toolbox = new Toolbox({
    spec: { tools: [...tools] },
    sandbox,
    events: { emit: (event: JobEventBody) => events.push(event) } as unknown as EventSink,
    log: new AttemptLog(),
    onPlan: async () => void reached.push('onPlan'),
    onDecision: () => {},
  });
  const call = (name: string, input: unknown, form: ToolCall['form'] = 'function'): Promise<Observation> => {
    const text = form === 'freeform' ? String(input) : JSON.stringify(input);
    return toolbox.run({ callId: `c${events.length}`, name, input: text, form }, AbortSignal.timeout(1_000));
  };
  return { toolbox, events, reached, call };
}

describe('the toolbox', () => {
  it('makes the workspace writable only after the change of state is stored', async () => {
    const { call, reached, toolbox } = setUp();
    expect(await call('submit_plan', PLAN)).toEqual({ kind: 'plan_accepted' });
    expect(reached).toEqual(['onPlan', 'read_write']);
    expect(toolbox.plan).toEqual(PLAN);
  });

  it('forwards nothing that was denied, and records the decision', async () => {
    const { call, reached, events } = setUp();
    expect(await call('apply_patch', '*** Begin Patch', 'freeform')).toMatchObject({
      kind: 'refused',
      reason: 'not_in_stage',
    });
    expect(await call('rm_rf', {})).toMatchObject({ kind: 'refused', reason: 'unknown_tool' });
    expect(reached).toEqual([]);
    expect(events.map((event) => event.type)).toEqual(['policy.decided', 'policy.decided']);
  });

  it('gives a job that does not list code_interpreter no shell', async () => {
    const { call, reached } = setUp([]);
    expect(await call('exec_command', { cmd: 'id' })).toMatchObject({ reason: 'tool_not_listed' });
    expect(reached).toEqual([]);
  });

  it('answers malformed arguments so that the model can repair them', async () => {
    const { toolbox, call, reached } = setUp();
    const broken = { callId: 'c', name: 'exec_command', input: '{"cmd":', form: 'function' } as const;
    expect(await toolbox.run(broken, AbortSignal.timeout(1_000))).toMatchObject({
      kind: 'refused',
      reason: 'invalid_arguments',
    });
    expect(await call('exec_command', { cmd: 7 })).toMatchObject({ message: expect.stringContaining('cmd') });
    expect(reached).toEqual([]);
  });

  it('runs a command in the workspace and tells what it came to', async () => {
    const { call, reached, events } = setUp();
    expect(await call('exec_command', { cmd: 'echo hello' })).toMatchObject({
      kind: 'command',
      exitCode: 0,
      head: 'hello\n',
    });
    expect(reached).toEqual(['exec echo hello in /job/work']);
    expect(events.map((event) => event.type)).toEqual([
      'policy.decided',
      'command.started',
      'command.finished',
    ]);
  });

  it('gives a patch that does not match back to the model', async () => {
    const { call } = setUp(['code_interpreter'], { kind: 'mismatch', message: 'context not found' });
    await call('submit_plan', PLAN);
    expect(await call('apply_patch', '*** Begin Patch', 'freeform')).toEqual({
      kind: 'refused',
      reason: 'patch_mismatch',
      message: 'context not found',
    });
  });

  it('keeps the submission for the worker, whatever the agent process says later', async () => {
    const { call, toolbox } = setUp();
    await call('submit_plan', PLAN);
    const submission = { summary: 'fixed', changes: [{ path: 'a.ts', why: 'wrong sign' }] };
    expect(await call('submit', submission)).toEqual({ kind: 'submission_accepted' });
    expect(toolbox.submission).toEqual(submission);
  });
});

import type { JobEventBody, JobKind, Observation, ToolCall } from '@drydock/contracts';
import type {
  ExecRequest,
  ExecResult,
  PatchApplied,
  SessionAnswer,
  SessionWrite,
  WorkspaceAccess,
} from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from '../attempt-log.ts';
import type { EventSink } from '../event-sink.ts';
import { Redactor } from '../redactor.ts';
import { Slice } from './slice.ts';
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

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** A toolbox over a sandbox that records what reached it. */
function setUp(
  tools: readonly 'code_interpreter'[] = ['code_interpreter'],
  { patched, kind = 'fix' }: { patched?: PatchApplied; kind?: JobKind } = {},
) {
  const events: JobEventBody[] = [];
  const reached: string[] = [];
  let end: ExecRequest['onEnded'];
  const sandbox = {
    exec: async (request: ExecRequest): Promise<ExecResult> => {
      expect(request.env).toEqual({ PROXY: 'p' });
      reached.push(`exec ${request.cmd} in ${request.workdir}`);
      if (request.cmd.startsWith('sleep')) {
        end = request.onEnded;
        return { ...DONE, exitCode: null, sessionId: 7 };
      }
      request.onOutput?.('x'.repeat(request.cmd === 'yes' ? 100_000 : 6));
      request.onEnded?.(DONE);
      return { ...DONE, durationMs: request.yieldMs ?? 0 };
    },
    writeStdin: async (request: SessionWrite): Promise<SessionAnswer> => {
      reached.push(`write ${JSON.stringify(request.chars)} to ${request.sessionId} for ${request.yieldMs}`);
      return request.sessionId === 7 ? DONE : { refused: 'There is no session.' };
    },
    endSessions: async () => void reached.push('endSessions'),
    applyPatch: async (): Promise<PatchApplied> => {
      reached.push('applyPatch');
      return patched ?? { kind: 'applied', changes: [{ path: 'a.ts', kind: 'modified' }] };
    },
    readFile: async () => undefined,
    listDir: async () => undefined,
    setWorkspaceAccess: async (access: WorkspaceAccess) => void reached.push(access),
  };
  const log = new AttemptLog();
  const clock = { now: () => 1_000, sleep: async () => undefined };
  const denials: string[] = [];
  const gate: Writable<ConstructorParameters<typeof Toolbox>[0]['gate']> = {
    safeMode: undefined,
    admit: async ({ callId, tool }) => {
      events.push({ type: 'policy.decided', data: { call_id: callId, tool, verdict: 'allow', reason: 'x' } });
      return { kind: 'admitted', env: { PROXY: 'p' }, end: () => void reached.push('ended') };
    },
    admitInput: async () => undefined,
    admitPatch: async () => undefined,
    requestPermissions: async () => ({ kind: 'permission_granted', hosts: ['a.test'] }),
  };
  const toolbox = new Toolbox({
    spec: { kind, tools: [...tools], checks: {} },
    sandbox,
    events: { emit: (event: JobEventBody) => events.push(event) } as unknown as EventSink,
    log,
    clock,
    deadlineAt: 61_000,
    slice: new Slice(Infinity, clock),
    redactor: new Redactor([]),
    egress: { takeDenials: () => denials.splice(0) },
    gate,
    keep: async () => undefined,
    onPlan: async () => void reached.push('onPlan'),
    onDecision: () => {},
  });
  const call = (name: string, input: unknown, form: ToolCall['form'] = 'function'): Promise<Observation> => {
    const text = form === 'freeform' ? String(input) : JSON.stringify(input);
    return toolbox.run({ callId: `c${events.length}`, name, input: text, form }, AbortSignal.timeout(1_000));
  };
  return { toolbox, gate, events, reached, denials, call, log, endSession: () => end?.(DONE) };
}

describe('the toolbox', () => {
  it('makes the workspace writable only after the change of state is stored', async () => {
    const { call, reached, toolbox } = setUp();
    expect(await call('submit_plan', PLAN)).toEqual({ kind: 'plan_accepted' });
    expect(reached).toEqual(['endSessions', 'onPlan', 'read_write']);
    expect(toolbox.plan).toEqual(PLAN);
  });

  it.each(['review', 'explain'] as const)(
    'never makes the workspace of a job of kind %s writable',
    async (kind) => {
      const { call, reached, toolbox } = setUp(['code_interpreter'], { kind });
      expect(await call('submit_plan', PLAN)).toEqual({ kind: 'plan_accepted' });
      expect(await call('apply_patch', '*** Begin Patch', 'freeform')).toMatchObject({
        reason: 'read_only_job',
      });
      expect(await call('exec_command', { cmd: 'true' })).toMatchObject({ kind: 'command', exitCode: 0 });
      expect(toolbox.takeMayHaveWritten()).toBe(false);
      expect(await call('submit', { summary: 'fine', changes: [] })).toEqual({ kind: 'submission_accepted' });
      expect(reached).toEqual(['endSessions', 'onPlan', 'exec true in /job/work', 'ended']);
    },
  );

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
    expect(reached).toEqual(['exec echo hello in /job/work', 'ended']);
    expect(events.map((event) => event.type)).toEqual([
      'policy.decided',
      'command.started',
      'command.output_appended',
      'command.finished',
    ]);
  });

  it('tells the model which connections of a command were refused, once', async () => {
    const { call, denials } = setUp();
    denials.push('egress_denied: a.test:443 (not_granted).');
    const told = { notices: ['egress_denied: a.test:443 (not_granted).'] };
    expect(await call('exec_command', { cmd: 'npm ci' })).toMatchObject(told);
    expect(await call('exec_command', { cmd: 'npm ci' })).not.toHaveProperty('notices');
  });

  it('forwards nothing that the gate refused, and nothing at all in safe mode', async () => {
    const { call, gate, reached } = setUp();
    const refusal = { kind: 'refused', reason: 'denied_by_policy', message: 'no' } as const;
    gate.admit = async () => ({ kind: 'refused', observation: refusal });
    gate.admitInput = async () => refusal;
    gate.admitPatch = async () => refusal;
    await call('submit_plan', PLAN);
    reached.length = 0;
    expect(await call('exec_command', { cmd: 'sudo id' })).toEqual(refusal);
    expect(await call('write_stdin', { session_id: 7, chars: 'sudo id\n' })).toEqual(refusal);
    expect(await call('apply_patch', '*** Begin Patch', 'freeform')).toEqual(refusal);
    gate.safeMode = 'It is so.';
    expect(await call('submit', { summary: 'x', changes: [] })).toMatchObject({ reason: 'safe_mode' });
    expect(reached).toEqual([]);
  });

  it('gives a session to continue, and tells of its end when it comes, by the first call', async () => {
    const { call, events, endSession, reached } = setUp();
    expect(await call('exec_command', { cmd: 'sleep 100' })).toMatchObject({ kind: 'command', sessionId: 7 });
    expect(events.map((event) => event.type)).toEqual(['policy.decided', 'command.started']);
    endSession();
    expect(events.at(-1)).toMatchObject({ type: 'command.finished', data: { call_id: 'c0' } });
    expect(await call('write_stdin', { session_id: 7, chars: 'y\n' })).not.toHaveProperty('sessionId');
    expect(await call('write_stdin', { session_id: 8 })).toMatchObject({ kind: 'refused' });
    expect(reached.slice(1)).toEqual(['ended', 'write "y\\n" to 7 for 250', 'write "" to 8 for 5000']);
    expect(events.filter((event) => event.type === 'command.finished')).toHaveLength(1);
  });

  it('refuses a terminal, which there is none of, and says how to write to a command all the same', async () => {
    const { call, reached, events } = setUp();
    expect(await call('exec_command', { cmd: 'top', tty: true })).toEqual({
      kind: 'refused',
      reason: 'no_terminal',
      message: expect.stringMatching(/pipes.*keep_stdin_open/),
    });
    expect(await call('exec_command', { cmd: 'cat', tty: false })).toMatchObject({ kind: 'command' });
    expect(reached).toEqual(['exec cat in /job/work', 'ended']);
    expect(events.filter(({ type }) => type === 'policy.decided')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'command.started')).toHaveLength(1);
  });

  it.each([
    [{}, 10_000],
    [{ yield_time_ms: 1 }, 250],
    [{ yield_time_ms: 9e9 }, 30_000],
  ])('waits for a command with %j for %i ms', async (args, yieldMs) => {
    const { call } = setUp();
    expect(await call('exec_command', { cmd: 'true', ...args })).toMatchObject({ durationMs: yieldMs });
  });

  it('never waits beyond the deadline of the attempt', async () => {
    const { call, reached } = setUp();
    await call('write_stdin', { session_id: 7, yield_time_ms: 300_000 });
    expect(reached).toEqual(['write "" to 7 for 60000']);
  });

  it('keeps all of an output in the log, and 64 KiB of it in the events', async () => {
    const { call, events, log } = setUp();
    await call('exec_command', { cmd: 'yes' });
    const shown = events.flatMap((event) =>
      event.type === 'command.output_appended' ? [event.data.text] : [],
    );
    expect(shown.join('')).toHaveLength(65_536);
    expect(new TextDecoder().decode(log.toBytes())).toBe(`$ yes\n${'x'.repeat(100_000)}\n[exit 0]\n`);
  });

  it('says that the workspace may have changed only after what can write, and once', async () => {
    const { call, toolbox, endSession } = setUp();
    await call('exec_command', { cmd: 'true' });
    expect(toolbox.takeMayHaveWritten()).toBe(false);
    await call('submit_plan', PLAN);
    await call('update_plan', { plan: [] });
    expect(toolbox.takeMayHaveWritten()).toBe(false);
    await call('exec_command', { cmd: 'true' });
    expect([toolbox.takeMayHaveWritten(), toolbox.takeMayHaveWritten()]).toEqual([true, false]);
    await call('exec_command', { cmd: 'sleep 100' });
    expect([toolbox.takeMayHaveWritten(), toolbox.takeMayHaveWritten()]).toEqual([true, true]);
    endSession();
    expect(toolbox.takeMayHaveWritten()).toBe(false);
  });

  it('gives a patch that does not match back to the model', async () => {
    const { call } = setUp(['code_interpreter'], {
      patched: { kind: 'mismatch', message: 'context not found' },
    });
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

import type { JobEventBody, JobKind, Observation, PatchCall, ToolCall, ToolImage } from '@drydock/contracts';
import type {
  ExecRequest,
  ExecResult,
  PatchApplied,
  SessionAnswer,
  SessionWrite,
  WorkspaceAccess,
} from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { AttemptLog } from '../attempt/attempt-log.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import { Redactor } from '../gate/redactor.ts';
import { Slice } from './slice.ts';
import { Toolbox } from './toolbox.ts';

const PLAN = { steps: ['fix it'], files: ['a.ts'], checks: ['npm test'], risks: [], assumptions: [] };
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

interface SetUp {
  readonly patched?: PatchApplied;
  readonly kind?: JobKind;
  readonly planOnly?: true;
  /** Whether a person has written what nobody has read. */
  readonly isWrittenTo?: boolean;
  readonly resumed?: { stage: 'running'; plan: null; submission: null };
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** A toolbox over a sandbox that records what reached it. */
function setUp(
  tools: readonly 'code_interpreter'[] = ['code_interpreter'],
  { patched, kind = 'fix', ...more }: SetUp = {},
) {
  const events: JobEventBody[] = [];
  const reached: string[] = [];
  const requests: ExecRequest[] = [];
  const images: [string, ToolImage][] = [];
  const { files = {} } = more;
  let end: ExecRequest['onEnded'];
  const sandbox = {
    exec: async (request: ExecRequest): Promise<ExecResult> => {
      expect(request.env).toEqual({ PROXY: 'p' });
      requests.push(request);
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
    readFile: async (path: string): Promise<Uint8Array | undefined> => files[path],
    applyPatch: async ({ workdir }: PatchCall): Promise<PatchApplied> => {
      reached.push(workdir === undefined ? 'applyPatch' : `applyPatch in ${workdir}`);
      return patched ?? { kind: 'applied', changes: [{ path: 'a.ts', kind: 'modified' }] };
    },
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
    admitPlan: async () => undefined,
    requestPermissions: async () => ({ kind: 'permission_granted', hosts: ['a.test'] }),
  };
  const toolbox = new Toolbox({
    spec: { kind, tools: [...tools], plan_only: more.planOnly, checks: {} },
    sandbox,
    events: { emit: (event: JobEventBody) => events.push(event) } as unknown as EventSink,
    log,
    clock,
    deadlineAt: 61_000,
    slice: new Slice(Infinity, clock),
    redactor: new Redactor([]),
    egress: { takeDenials: () => denials.splice(0) },
    gate,
    inbox: { close: async () => more.isWrittenTo !== true },
    resumed: more.resumed,
    desk: { admit: async (submission) => ({ kind: 'admitted', submission }) },
    onImage: (callId, image) => images.push([callId, image]),
    keep: async () => undefined,
    onPlan: async () => void reached.push('onPlan'),
    onDecision: () => {},
  });
  const call = (name: string, input: unknown, form: ToolCall['form'] = 'function'): Promise<Observation> => {
    const text = form === 'freeform' ? String(input) : JSON.stringify(input);
    return toolbox.run({ callId: `c${events.length}`, name, input: text, form }, AbortSignal.timeout(1_000));
  };
  return {
    toolbox,
    gate,
    events,
    reached,
    requests,
    images,
    denials,
    call,
    log,
    endSession: () => end?.(DONE),
  };
}

describe('the toolbox', () => {
  it('makes the workspace writable only after the change of state is stored', async () => {
    const { call, reached, toolbox } = setUp();
    expect(await call('submit_plan', PLAN)).toEqual({ kind: 'plan_accepted' });
    expect(reached).toEqual(['endSessions', 'onPlan', 'read_write']);
    expect(toolbox.plan).toEqual(PLAN);
  });

  it('ends a job that is only to plan with its plan, and nothing becomes writable', async () => {
    const { call, reached, toolbox } = setUp(['code_interpreter'], { planOnly: true });
    expect(await call('submit_plan', PLAN)).toEqual({ kind: 'submission_accepted' });
    expect(reached).toEqual(['endSessions', 'onPlan']);
    expect([toolbox.plan, toolbox.submission?.changes]).toEqual([PLAN, []]);
  });

  it('hands nothing in while a person has written what nobody has read', async () => {
    const waiting = { kind: 'refused', reason: 'message_waiting' };
    const { call, toolbox } = setUp(['code_interpreter'], { isWrittenTo: true });
    expect(await call('submit_plan', PLAN)).toEqual({ kind: 'plan_accepted' });
    expect(await call('submit', { summary: 'done', changes: [] })).toMatchObject(waiting);
    expect(toolbox.submission).toBeUndefined();
    const planning = setUp(['code_interpreter'], { isWrittenTo: true, planOnly: true });
    expect(await planning.call('submit_plan', PLAN)).toMatchObject(waiting);
    expect([planning.toolbox.stage, planning.toolbox.plan, planning.reached]).toEqual(['planning', null, []]);
  });

  it('knows that what goes on in the execution stage may write', async () => {
    const resumed = { stage: 'running', plan: null, submission: null } as const;
    const [fix, review] = (['fix', 'review'] as const).map((kind) =>
      setUp(['code_interpreter'], { kind, resumed }),
    );
    await fix?.call('exec_command', { cmd: 'touch a' });
    await review?.call('exec_command', { cmd: 'touch a' });
    expect([fix, review].map((one) => one?.toolbox.takeMayHaveWritten())).toEqual([true, false]);
  });

  it('keeps the stage while a plan is denied', async () => {
    const { call, gate, reached, toolbox } = setUp();
    gate.admitPlan = async () => ({ kind: 'refused', reason: 'plan_denied', message: 'No.' });
    expect(await call('submit_plan', PLAN)).toMatchObject({ reason: 'plan_denied' });
    expect([reached, toolbox.stage, toolbox.plan]).toEqual([[], 'planning', null]);
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
    const { toolbox, call, reached, events } = setUp();
    const broken = { callId: 'c', name: 'exec_command', input: '{"cmd":', form: 'function' } as const;
    expect(await toolbox.run(broken, AbortSignal.timeout(1_000))).toMatchObject({
      kind: 'refused',
      reason: 'invalid_arguments',
    });
    expect(await call('exec_command', { cmd: 7 })).toMatchObject({ message: expect.stringContaining('cmd') });
    expect(await call('submit', {})).toMatchObject({ reason: expect.any(String) });
    expect(reached).toEqual([]);
    expect(
      events.map((event) => event.type === 'policy.decided' && [event.data.tool, event.data.verdict]),
    ).toEqual([
      ['exec_command', 'deny'],
      ['exec_command', 'deny'],
      ['submit', 'deny'],
    ]);
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

  it.each([
    [{ tty: true }, { tty: true, keepStdinOpen: true }],
    [{ keep_stdin_open: true }, { tty: false, keepStdinOpen: true }],
    [{ tty: false }, { tty: false, keepStdinOpen: false }],
  ])('runs a command with %j on %j: a terminal can always be typed to', async (args, request) => {
    const { call, requests } = setUp();
    await call('exec_command', { cmd: 'top', ...args });
    expect(requests).toEqual([expect.objectContaining(request)]);
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

  describe('a patch in a shell command', () => {
    const PATCH = '*** Begin Patch\n*** Add File: a.ts\n+x\n*** End Patch';
    const heredoc = (before = '') => ({ cmd: `${before}apply_patch <<'EOF'\n${PATCH}\nEOF` });

    it('is applied and told as the patch that it is, where the command stands', async () => {
      const { call, reached, events } = setUp();
      await call('submit_plan', PLAN);
      events.length = 0;
      expect(await call('exec_command', heredoc('cd sub && '))).toEqual({
        kind: 'patch_applied',
        changes: [{ path: 'a.ts', kind: 'modified' }],
      });
      expect(reached.at(-1)).toBe('applyPatch in /job/work/sub');
      expect(events).toEqual([
        {
          type: 'policy.decided',
          data: { call_id: 'c0', tool: 'apply_patch', verdict: 'allow', reason: 'listed' },
        },
        { type: 'file.changed', data: { path: 'a.ts', kind: 'modified' } },
      ]);
    });

    it('is refused where a patch is, and nothing is run', async () => {
      const { call, reached, toolbox } = setUp();
      expect(await call('exec_command', heredoc())).toMatchObject({ reason: 'not_in_stage' });
      const reading = setUp(['code_interpreter'], { kind: 'review' });
      expect(await reading.call('exec_command', heredoc())).toMatchObject({ reason: 'read_only_job' });
      expect([...reached, ...reading.reached]).toEqual([]);
      expect(toolbox.takeMayHaveWritten()).toBe(false);
    });

    it('is not taken for a command where it stands alone', async () => {
      const { call, reached } = setUp();
      expect(await call('exec_command', { cmd: PATCH })).toMatchObject({
        reason: 'patch_as_script',
        message: expect.stringContaining('Call apply_patch with it') as string,
      });
      expect(reached).toEqual([]);
    });

    it('is taken as a function, too, from a model that has no other tools', async () => {
      const { call } = setUp();
      await call('submit_plan', PLAN);
      expect(await call('apply_patch', { input: PATCH })).toMatchObject({ kind: 'patch_applied' });
      expect(await call('apply_patch', { patch: PATCH })).toMatchObject({ reason: 'invalid_arguments' });
      expect(await call('exec_command', heredoc())).toMatchObject({ kind: 'patch_applied' });
    });
  });

  describe('an image', () => {
    const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(8)]);
    const files = {
      'a.png': png,
      'big.png': Buffer.concat([png, Buffer.alloc(1 << 20)]),
      'a.txt': Buffer.from('a'),
    };

    it('goes from the sandbox to the conversation, and the agent is told what it is', async () => {
      const { call, images } = setUp(['code_interpreter'], { files });
      expect(await call('view_image', { path: '/job/work/a.png', detail: 'high' })).toEqual({
        kind: 'image',
        mediaType: 'image/png',
        bytes: 16,
      });
      const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
      const data = png.toString('base64');
      expect(images).toEqual([['c0', { mediaType: 'image/png', detail: 'high', bytes: 16, sha256, data }]]);
    });

    it.each([
      ['none.png', 'not_found'],
      ['a.txt', 'not_an_image'],
      ['big.png', 'too_large'],
    ])('is refused where %s is meant: %s', async (path, reason) => {
      const { call, images } = setUp(['code_interpreter'], { files });
      expect(await call('view_image', { path })).toMatchObject({ kind: 'refused', reason });
      expect(images).toEqual([]);
    });
  });

  it.each<[string, string, ToolCall['form'], string]>([
    ['nothing', '', 'function', 'invalid_arguments'],
    ['no object', '[]', 'function', 'invalid_arguments'],
    ['no JSON', '{"cmd":', 'function', 'invalid_arguments'],
    ['another type', '{"cmd":["ls"]}', 'function', 'invalid_arguments'],
    ['a megabyte', `{"cmd":"${'x'.repeat(1 << 20)}"}`, 'function', 'invalid_arguments'],
    ['raw text', 'ls', 'freeform', 'wrong_form'],
  ])('answers a command of %s with what is wrong, and goes on', async (_, input, form, reason) => {
    const { toolbox, reached } = setUp();
    const call = { callId: 'c', name: 'exec_command', input, form };
    const answer = await toolbox.run(call, AbortSignal.timeout(1_000));
    expect(answer).toEqual({
      kind: 'refused',
      reason,
      message: expect.stringMatching(/^.{20,400}$/) as string,
    });
    expect(reached).toEqual([]);
  });
});

import type { Approval, ApprovalRequest, JobEventBody, JobSpec, ScreeningFinding } from '@drydock/contracts';
import { ApprovalId, ExecCommandArgs, JobId, RequestPermissionsArgs } from '@drydock/contracts';
import type { CommandContext, CommandFinding } from '@drydock/core';
import { resolveDecision } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { CommandGate } from './command-gate.ts';

const CALL = { callId: 'c1', tool: 'exec_command', cmd: 'x', workdir: '/job/work' };
const never = new AbortController().signal;

const finding = (change: Partial<CommandFinding>): CommandFinding => ({
  rule: 'a_rule',
  class: 'ordinary',
  domain: 'exec',
  argv: ['x'],
  span: { start: 0, end: 1 },
  reason: 'It is so.',
  alternative: '',
  hosts: [],
  ...change,
});
const ordinary = finding({});
const network = finding({ rule: 'downloads', class: 'network', domain: 'net', hosts: ['a.test'] });
const guarded = finding({ rule: 'git_hooks', class: 'guarded', domain: 'vcs', alternative: 'Use a script.' });
const privileged = finding({ rule: 'root', class: 'privileged', domain: 'privileged' });
const refused = finding({ rule: 'too_slow', class: 'refused' });

interface World {
  readonly findings?: readonly CommandFinding[];
  readonly approval?: JobSpec['tool_use_approval'];
  readonly tier?: JobSpec['tier'];
  readonly mode?: CommandContext['mode'];
  readonly answer?: Partial<Approval>;
  readonly screened?: readonly ScreeningFinding[];
  readonly planApproval?: boolean;
  readonly hasExpired?: boolean;
  /** A look finds this where it is shown. */
  readonly unsafe?: string;
}

/** A gate over a policy that finds the same in every command, and a person who gives the same answer to everything. */
function setUp({
  findings = [ordinary],
  approval = false,
  tier = 'standard',
  mode = 'enforce',
  answer = { status: 'approved' },
  screened = [],
  ...plan
}: World = {}) {
  const events: JobEventBody[] = [];
  const asked: ApprovalRequest[] = [];
  const grants: object[] = [];
  const told: string[] = [];
  const hosts = typeof approval === 'object' ? approval.grants.map(({ host }) => host) : [];
  const gate = new CommandGate({
    spec: { tier, tool_use_approval: approval, plan_approval: plan.planApproval ?? true },
    mode,
    policy: {
      decide: async (_command, context) => resolveDecision(findings, context),
      screenFile: async ({ path }) => screened.filter((one) => one.path === path),
    },
    desk: {
      hasExpired: async () => plan.hasExpired === true,
      ask: async (request) => {
        asked.push(request);
        return {
          kind: answer.status === 'approved' ? 'approved' : 'denied',
          approval: toApproval(request, answer),
        };
      },
    },
    egress: {
      hosts,
      isOpen: approval !== false,
      environment: { PROXY: 'p' },
      grant: (granted, methods) => {
        grants.push({ granted, methods });
        return { [Symbol.dispose]: () => void grants.push({ revoked: granted }) };
      },
    },
    events: { emit: (event) => events.push(event) },
    screen: async (shown) => {
      if (plan.unsafe !== undefined && JSON.stringify(shown).includes(plan.unsafe))
        gate.enterSafeMode('Unsafe.');
    },
    onDecision: ({ decision }) => told.push(decision),
  });
  const admit = (args: object = {}) => gate.admit(CALL, ExecCommandArgs.parse({ cmd: 'x', ...args }), never);
  return { gate, admit, events, asked, grants, told };
}

const toApproval = (request: ApprovalRequest, answer: Partial<Approval>): Approval => ({
  id: ApprovalId.parse('apr_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  object: 'approval',
  job_id: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
  fence: 1,
  request,
  status: 'approved',
  remember: false,
  uses: 1,
  reason: null,
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-01T00:00:00.000Z',
  decided_at: '2026-01-01T00:00:00.000Z',
  ...answer,
});

const refusal = (reason: string, message: string) => ({
  kind: 'refused',
  observation: { kind: 'refused', reason, message },
});
const SAFE_MODE = refusal('safe_mode', 'The job ends here, in safe mode: nothing more is carried out.');
const ADMITTED = { kind: 'admitted', env: { PROXY: 'p' }, end: expect.any(Function) };
const WISH = {
  sandbox_permissions: 'with_additional_permissions',
  additional_permissions: { network: { hosts: ['b.test'], methods: ['POST'] } },
  justification: 'May I?',
};

describe('a question', () => {
  it.each<[string, boolean]>([
    ['about a plan', true],
    ['that nobody is asked about a plan', false],
  ])('%s is looked at before anybody sees it', async (_name, planApproval) => {
    const { gate, asked } = setUp({ tier: 'high', planApproval, unsafe: 'sudo id' });
    const plan = { steps: ['sudo id'], files: [], checks: [], risks: [], assumptions: [] };
    expect([await gate.admitPlan('c', plan, never), asked]).toEqual([SAFE_MODE.observation, []]);
  });

  it('about a command is looked at, the words of the model with it', async () => {
    const { admit, asked } = setUp({ tier: 'high', approval: 'ask', unsafe: 'May I?' });
    expect([await admit(WISH), asked]).toEqual([SAFE_MODE, []]);
  });
});

describe('the command gate', () => {
  it.each<[string, World, object]>([
    ['admits what is ordinary', {}, ADMITTED],
    [
      'admits hosts that were granted',
      { findings: [network], approval: { grants: [{ host: 'a.test' }], privileged: false } },
      ADMITTED,
    ],
    [
      'says which approval a way out needs',
      { findings: [network] },
      refusal('approval_required', 'It is so. (rule downloads)'),
    ],
    [
      'denies what nobody is there to agree to',
      { findings: [guarded] },
      refusal('denied_by_policy', 'It is so. (rule git_hooks) Use a script.'),
    ],
    [
      'denies privileged commands in tier standard',
      { findings: [privileged] },
      refusal('denied_by_policy', 'It is so. (rule root)'),
    ],
    [
      'names the strictest part, not a connection beside it',
      { findings: [network, refused], approval: 'ask' },
      refusal('denied_by_policy', 'It is so. (rule too_slow)'),
    ],
    [
      'enters safe mode for privileged commands in tier high',
      { findings: [privileged], tier: 'high' },
      SAFE_MODE,
    ],
    [
      'enters safe mode in tier high even where only reports are wanted',
      { findings: [privileged], tier: 'high', mode: 'report_only' },
      SAFE_MODE,
    ],
    [
      'admits privileged commands that the caller granted',
      { findings: [privileged], tier: 'high', approval: { grants: [], privileged: true } },
      ADMITTED,
    ],
    [
      'admits what it would deny where only reports are wanted',
      { findings: [privileged], mode: 'report_only' },
      ADMITTED,
    ],
    ['gives an approved command what it asked for', { findings: [network], approval: 'ask' }, ADMITTED],
    [
      'refuses what a person denied, in their words',
      { findings: [network], approval: 'ask', answer: { status: 'denied', reason: 'Not "now".' } },
      refusal('approval_denied', 'A person was asked and did not agree. They said: "Not \\"now\\".".'),
    ],
    [
      'refuses what nobody decided in time',
      { findings: [network], approval: 'ask', answer: { status: 'expired' } },
      refusal('approval_denied', 'A person was asked and did not agree.'),
    ],
  ])('%s', async (_claim, world, admission) => {
    const { admit, told } = setUp(world);
    expect(await admit()).toEqual(admission);
    expect(told).toHaveLength(1);
  });

  it('tells of every decision, and of what would have been decided', async () => {
    const { admit, events } = setUp({ findings: [network], mode: 'report_only' });
    await admit();
    expect(events).toEqual([
      {
        type: 'policy.decided',
        data: {
          call_id: 'c1',
          tool: 'exec_command',
          verdict: 'allow',
          ruled: 'deny',
          reason: 'It is so.',
          rule: 'downloads',
          span: { start: 0, end: 1 },
          alternative: '',
          hosts: ['a.test'],
        },
      },
    ]);
  });

  it('asks for the hosts of the command and of the wish, in the words of the model', async () => {
    const { admit, asked, grants } = setUp({ findings: [network], approval: 'ask' });
    await admit(WISH);
    expect(asked).toEqual([
      {
        call_id: 'c1',
        tool: 'exec_command',
        cmd: 'x',
        call_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        hosts: ['a.test', 'b.test'],
        methods: ['POST'],
        rule: 'downloads',
        reason: 'It is so.',
        justification: 'May I?',
      },
    ]);
    expect(grants).toEqual([{ granted: ['a.test', 'b.test'], methods: ['POST'] }]);
  });

  it.each<[string, World, object, number]>([
    ['a wish beside an ordinary command', { approval: 'ask' }, WISH, 1],
    ['no wish that is not one', { approval: 'ask' }, { ...WISH, sandbox_permissions: 'use_default' }, 0],
    ['nobody where nobody is there', { approval: true }, WISH, 0],
  ])('asks about %s', async (_claim, world, args, questions) => {
    const { admit, asked } = setUp(world);
    expect(await admit(args)).toEqual(ADMITTED);
    expect(asked).toHaveLength(questions);
  });

  it('takes another method for another question', async () => {
    const { admit, asked } = setUp({ findings: [network], approval: 'ask' });
    const wish = (methods: readonly string[]) => ({
      ...WISH,
      additional_permissions: { network: { hosts: ['a.test'], methods } },
    });
    await admit(wish([]));
    await admit(wish(['POST']));
    await admit(wish([]));
    const [first, second, third] = asked.map(({ call_sha256: digest }) => digest);
    expect([first === second, first === third]).toEqual([false, true]);
  });

  it.each(['*', 'a_b.test', 'a..test'])('asks nobody about %s, which could not be granted', async (host) => {
    const { admit, asked } = setUp({ findings: [finding({ ...network, hosts: [host] })], approval: 'ask' });
    expect(await admit()).toEqual(refusal('denied_by_policy', `"${host}" is not the name of a host.`));
    expect(asked).toEqual([]);
  });

  it('asks nobody about more hosts than a person reads', async () => {
    const hosts = Array.from({ length: 33 }, (_, at) => `h${at}.test`);
    const { admit, asked } = setUp({ findings: [finding({ ...network, hosts })], approval: 'ask' });
    expect(await admit()).toEqual(
      refusal('denied_by_policy', 'A person is asked about 32 hosts at once at most.'),
    );
    expect(asked).toEqual([]);
  });

  it.each([
    ['takes back what was granted when the command ends', false, [{ revoked: ['a.test'] }]],
    ['keeps what is to be remembered', true, []],
  ])('%s', async (_claim, remember, ended) => {
    const world: World = { findings: [network], approval: 'ask', answer: { status: 'approved', remember } };
    const { admit, grants } = setUp(world);
    const admission = await admit();
    expect(grants).toEqual([{ granted: ['a.test'], methods: [] }]);
    if (admission.kind === 'admitted') admission.end();
    expect(grants.slice(1)).toEqual(ended);
  });

  it('stays in safe mode, for the first reason', async () => {
    const { gate, admit } = setUp({ findings: [privileged], tier: 'high' });
    expect(gate.safeMode).toBeUndefined();
    await admit();
    gate.enterSafeMode('another');
    expect(gate.safeMode).toBe('It is so. (rule root)');
  });
});

describe('what is typed into a session', () => {
  it.each<[string, string, World, object | undefined]>([
    ['may be nothing', ' \n', { findings: [privileged] }, undefined],
    ['may be an answer that looks like a connection', 'x', { findings: [network] }, undefined],
    [
      'is no privileged command',
      'x',
      { findings: [privileged] },
      refusal('denied_by_policy', 'It is so. (rule root)').observation,
    ],
    ['ends tier high where it is one', 'x', { findings: [privileged], tier: 'high' }, SAFE_MODE.observation],
    [
      'may be one where only reports are wanted',
      'x',
      { findings: [privileged], mode: 'report_only' },
      undefined,
    ],
  ])('%s', async (_claim, cmd, world, observation) => {
    const { gate } = setUp(world);
    expect(await gate.admitInput({ ...CALL, tool: 'write_stdin', cmd }, never)).toEqual(observation);
  });
});

describe('a patch', () => {
  const patch = '*** Begin Patch\n*** Add File: a.sh\n+x\n*** Add File: b.sh\n+y\n*** End Patch';
  const found: ScreeningFinding = {
    rule: 'privileged_command',
    severity: 'high',
    path: 'b.sh',
    line: 1,
    message: 'Runs as root.',
    excerpt: 'y',
  };

  it.each<[string, World, object | undefined]>([
    ['is written in tier standard', { screened: [found] }, undefined],
    [
      'is written in tier high where nothing privileged is in it',
      { tier: 'high', screened: [{ ...found, rule: 'secret' }] },
      undefined,
    ],
    [
      'is written in tier high where the caller granted that',
      { tier: 'high', screened: [found], approval: { grants: [], privileged: true } },
      undefined,
    ],
    [
      'with a privileged command in its second file ends tier high',
      { tier: 'high', screened: [found] },
      SAFE_MODE.observation,
    ],
    [
      'that nobody could screen ends tier high',
      { tier: 'high', screened: [{ ...found, rule: 'unscreened' }] },
      SAFE_MODE.observation,
    ],
  ])('%s', async (_claim, world, observation) => {
    const { gate, events } = setUp(world);
    expect(await gate.admitPatch('c2', patch, never)).toEqual(observation);
    expect([events.length, gate.safeMode !== undefined]).toEqual(
      observation === undefined ? [0, false] : [1, true],
    );
  });

  it('is told of with the place and the rule', async () => {
    const { gate, events } = setUp({ tier: 'high', screened: [found] });
    await gate.admitPatch('c2', patch, never);
    const reason = 'Runs as root. (b.sh:1, rule privileged_command)';
    const data = {
      call_id: 'c2',
      tool: 'apply_patch',
      verdict: 'safe_mode',
      reason,
      rule: 'privileged_command',
    };
    expect([gate.safeMode, events]).toEqual([reason, [{ type: 'policy.decided', data }]]);
  });
});

describe('request_permissions', () => {
  const args = RequestPermissionsArgs.parse({
    permissions: { network: { hosts: ['a.test'], methods: ['POST'] } },
    reason: 'To install.',
  });

  it('grants what a person agrees to, for the rest of the attempt', async () => {
    const { gate, asked, grants } = setUp({ approval: 'ask' });
    expect(await gate.requestPermissions('c3', args, never)).toEqual({
      kind: 'permission_granted',
      hosts: ['a.test'],
    });
    expect(asked).toEqual([
      {
        call_id: 'c3',
        tool: 'request_permissions',
        cmd: null,
        call_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        hosts: ['a.test'],
        methods: ['POST'],
        rule: 'request_permissions',
        reason: 'The model asks to reach these hosts for as long as its sandbox lives.',
        justification: 'To install.',
      },
    ]);
    expect(grants).toEqual([{ granted: ['a.test'], methods: ['POST'] }]);
  });

  it.each<[string, World, object, string]>([
    ['where there is nobody to ask', { approval: true }, args, 'approval_required'],
    ['where a person says no', { approval: 'ask', answer: { status: 'denied' } }, args, 'approval_denied'],
    ['for no host', { approval: 'ask' }, { permissions: {} }, 'invalid_arguments'],
  ])('grants nothing %s', async (_claim, world, asked, reason) => {
    const { gate, grants } = setUp(world);
    const parsed = RequestPermissionsArgs.parse(asked);
    expect(await gate.requestPermissions('c3', parsed, never)).toMatchObject({ kind: 'refused', reason });
    expect(grants).toEqual([]);
  });
});

describe('a plan', () => {
  const PLAN = { steps: ['fix it'], files: [], checks: [], risks: [], assumptions: [] };
  const admit = (world: World) => {
    const { gate, asked } = setUp(world);
    return { asked, admitted: gate.admitPlan('c1', PLAN, never) };
  };

  it('is shown to nobody where the job does not want that', async () => {
    const { asked, admitted } = admit({ planApproval: false });
    expect([await admitted, asked]).toEqual([undefined, []]);
  });

  it('is shown to a person, whole, and goes on when they approve', async () => {
    const { asked, admitted } = admit({});
    expect(await admitted).toBeUndefined();
    expect(asked).toMatchObject([{ tool: 'submit_plan', rule: 'plan_approval', cmd: null, plan: PLAN }]);
  });

  it('comes back with their words when they deny', async () => {
    const { admitted } = admit({ answer: { status: 'denied', reason: 'Smaller.' } });
    expect(await admitted).toEqual({
      kind: 'refused',
      reason: 'plan_denied',
      message: 'A person read the plan and did not agree. They said: "Smaller.". Submit another.',
    });
  });

  it.each<World>([{ answer: { status: 'expired' } }, { hasExpired: true }])(
    'ends the job where nobody answers: %o',
    async (world) => {
      await expect(admit(world).admitted).rejects.toMatchObject({ code: 'plan_not_approved' });
    },
  );
});

import type { EgressDecision, EgressGrant, JobSpec } from '@drydock/contracts';
import type { EgressLine } from '@drydock/sandbox';
import { Secret } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { JobEgress } from './job-egress.ts';
import type { JobEgressOptions } from './job-egress.ts';

const never = new AbortController().signal;

/** A way out over a gateway that writes down what it is told. */
function setUp(approval: JobSpec['tool_use_approval']) {
  const done: unknown[] = [];
  const decisions: EgressDecision[] = [];
  let decide: (decision: EgressDecision) => void = () => undefined;
  const line: EgressLine = {
    environment: { HTTPS_PROXY: 'p' },
    grant: (grants: readonly EgressGrant[]) => void done.push({ grant: grants }),
    revoke: (ids: readonly string[]) => void done.push({ revoke: ids }),
    ended: Promise.resolve(undefined),
    [Symbol.asyncDispose]: async () => void done.push('closed'),
  };
  const open: JobEgressOptions['open'] = async ({ grants, onDecision }) => {
    done.push({ open: grants });
    decide = onDecision;
    return line;
  };
  const egress = new JobEgress({
    approval,
    secrets: SECRETS,
    open,
    onDecision: (decision) => decisions.push(decision),
    onAvailability: () => undefined,
  });
  return { egress, done, decisions, decide: (decision: EgressDecision) => decide(decision) };
}

const SECRETS: JobEgressOptions['secrets'] = new Map([
  ['TOKEN', { value: new Secret('s3cr3t'), hosts: ['a.test'] }],
]);

const decision = (change: Partial<EgressDecision>): EgressDecision =>
  ({
    at: '2026-01-01T00:00:00.000Z',
    kind: 'connect',
    target: 'a.test:443',
    verdict: 'deny',
    reason: 'not_granted',
    ...change,
  }) as EgressDecision;

describe("a job's way out", () => {
  it('is not there without approval', async () => {
    const { egress, done } = setUp(false);
    await egress.start(never);
    expect([egress.isOpen, egress.environment, egress.hosts, done]).toEqual([false, {}, [], []]);
  });

  it.each<[string, JobSpec['tool_use_approval'], EgressGrant[]]>([
    ['everything that the rules allow', true, [{ id: 'all', host: '*' }]],
    ['nothing yet where a person is asked', 'ask', []],
    [
      'the grants of the caller',
      {
        grants: [{ host: 'a.test' }, { host: '*.b.test', methods: ['POST'], ttl_seconds: 60, max_uses: 2 }],
        privileged: false,
      },
      [
        { id: 'grant-1', host: 'a.test' },
        { id: 'grant-2', host: '*.b.test', methods: ['POST'], ttlSeconds: 60, maxUses: 2 },
      ],
    ],
  ])('opens for %s', async (_name, approval, grants) => {
    const { egress, done } = setUp(approval);
    await egress.start(never);
    expect(done).toEqual([{ open: grants }]);
    expect([egress.isOpen, egress.environment, egress.hosts]).toEqual([
      true,
      { HTTPS_PROXY: 'p' },
      grants.map(({ host }) => host),
    ]);
  });

  it('carries a secret to the hosts that it is meant for, and nowhere else', async () => {
    const inject = { header: 'Authorization', secret: 'TOKEN', prefix: 'Bearer ' };
    const { egress, done } = setUp({ grants: [{ host: 'a.test', inject }], privileged: false });
    await egress.start(never);
    const injected = { header: 'authorization', secret: 'Bearer s3cr3t' };
    expect(done).toEqual([{ open: [{ id: 'grant-1', host: 'a.test', inject: injected }] }]);
    expect(() => setUp({ grants: [{ host: 'b.test', inject }], privileged: false })).toThrow(
      'may not be sent',
    );
  });

  it('grants for a time, reading always included, and takes back exactly that', async () => {
    const { egress, done } = setUp('ask');
    await egress.start(never);
    const kept = egress.grant(['a.test'], []);
    const passing = egress.grant(['a.test', 'b.test'], ['POST']);
    expect(egress.hosts).toEqual(['a.test', 'b.test']);
    passing[Symbol.dispose]();
    expect(egress.hosts).toEqual(['a.test']);
    kept[Symbol.dispose]();
    expect(egress.hosts).toEqual([]);
    const methods = ['GET', 'HEAD', 'POST'];
    expect(done.slice(1)).toEqual([
      { grant: [{ id: 'approval-1', host: 'a.test' }] },
      {
        grant: [
          { id: 'approval-2', host: 'a.test', methods },
          { id: 'approval-3', host: 'b.test', methods },
        ],
      },
      { revoke: ['approval-2', 'approval-3'] },
      { revoke: ['approval-1'] },
    ]);
  });

  it('tells of ten denials at most, once, and hands on every decision', async () => {
    const { egress, decisions, decide } = setUp(true);
    await egress.start(never);
    decide(decision({ verdict: 'allow', reason: 'granted' }));
    decide(decision({ detail: 'a rule' }));
    for (let more = 0; more < 12; more += 1) decide(decision({}));
    expect(decisions).toHaveLength(14);
    expect(egress.takeDenials()).toEqual([
      'egress_denied: a.test:443 (not_granted, a rule).',
      ...Array.from({ length: 9 }, () => 'egress_denied: a.test:443 (not_granted).'),
    ]);
    expect(egress.takeDenials()).toEqual([]);
  });

  it('closes with the attempt', async () => {
    const { egress, done } = setUp(true);
    await egress.start(never);
    await egress[Symbol.asyncDispose]();
    expect([egress.isOpen, done.at(-1)]).toEqual([false, 'closed']);
  });
});

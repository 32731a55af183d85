import type { EgressGrant } from '@drydock/contracts';
import { expect, it } from 'vitest';
import { decideEgress, type EgressRule, type LiveEgressGrant } from './decide-egress.ts';

const RULES: readonly EgressRule[] = [
  { name: 'packages', verdict: 'allow', hosts: ['*.ok.test', 'ok.test'] },
  { name: 'api', verdict: 'allow', hosts: ['api.test'], ports: [8443], methods: ['GET', 'POST'], raw: true },
  { name: 'inner', verdict: 'allow', hosts: ['inner.test'], ports: [80], allowPrivate: true },
  { name: 'secret', verdict: 'deny', hosts: ['secret.ok.test'] },
];
const live = (grant: Partial<EgressGrant>, state: Partial<LiveEgressGrant> = {}): LiveEgressGrant => ({
  grant: { id: 'g', host: '*', ...grant },
  expiresAt: Number.POSITIVE_INFINITY,
  usesLeft: Number.POSITIVE_INFINITY,
  ...state,
});
const NOW = 1_000;

it.each([
  ['no grant', [], 'a.ok.test', 443, 'CONNECT', 'not_granted'],
  ['another host', [live({ host: 'b.ok.test' })], 'a.ok.test', 443, 'CONNECT', 'not_granted'],
  ['another port', [live({})], 'a.ok.test', 8080, 'CONNECT', 'port_not_granted'],
  ['another than the exact port', [live({ port: 8443 })], 'api.test', 443, 'CONNECT', 'port_not_granted'],
  ['a write by default', [live({})], 'a.ok.test', 80, 'POST', 'method_not_granted'],
  ['an old grant', [live({}, { expiresAt: NOW })], 'a.ok.test', 443, 'CONNECT', 'grant_expired'],
  ['a used grant', [live({}, { usesLeft: 0 })], 'a.ok.test', 443, 'CONNECT', 'grant_used_up'],
  ['no rule', [live({})], 'other.test', 443, 'CONNECT', 'no_rule'],
  ['a port that no rule has', [live({ port: 22 })], 'ok.test', 22, 'CONNECT', 'no_rule'],
  ['a method that no rule has', [live({ methods: ['POST'] })], 'ok.test', 80, 'POST', 'no_rule'],
  ['a rule that denies', [live({})], 'secret.ok.test', 443, 'CONNECT', 'denied_by_rule'],
  ['an address for a wildcard', [live({})], '10.0.0.1', 80, 'GET', 'not_granted'],
  [
    'a second grant that fits',
    [live({ id: 'x' }, { usesLeft: 0 }), live({})],
    'ok.test',
    443,
    'CONNECT',
    'granted',
  ],
  ['a read', [live({})], 'ok.test', 80, 'GET', 'granted'],
] as const)('%s: %#', (_, grants, host, port, method, reason) => {
  const { verdict, reason: decided } = decideEgress(
    { host, port, method },
    { rules: RULES, grants, now: NOW },
  );
  expect([verdict, decided]).toEqual([reason === 'granted' ? 'allow' : 'deny', reason]);
});

it('gives no more than grant and rule both give', () => {
  const decide = (grant: Partial<EgressGrant>, host: string, port: number) =>
    decideEgress({ host, port, method: 'CONNECT' }, { rules: RULES, grants: [live(grant)], now: NOW });
  expect(decide({ raw: true, methods: ['POST', 'PUT'], port: 8443 }, 'api.test', 8443)).toMatchObject({
    raw: true,
    methods: ['POST'],
    allowPrivate: false,
  });
  expect(decide({ port: 8443 }, 'api.test', 8443)).toMatchObject({ raw: false, methods: ['GET'] });
  expect(decide({ raw: true }, 'ok.test', 443)).toMatchObject({ raw: false, allowPrivate: false });
  expect(decide({}, 'inner.test', 80)).toMatchObject({ allowPrivate: true });
});

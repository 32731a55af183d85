import type { EgressGrant, EgressReason } from '@drydock/contracts';
import { matchesHost } from './egress-authority.ts';

/** One line of the operator's rules: what may be granted at all. A rule that denies wins over all that allow. */
export interface EgressRule {
  readonly name: string;
  readonly verdict: 'allow' | 'deny';
  readonly hosts: readonly string[];
  /** Absent: 80 and 443 where it allows, every port where it denies. */
  readonly ports?: readonly number[];
  /** Absent: GET and HEAD where it allows, every method where it denies. */
  readonly methods?: readonly string[];
  /** These exact hosts may have addresses that are not public. */
  readonly allowPrivate?: boolean;
  /** A tunnel there may be something else than TLS. */
  readonly raw?: boolean;
}

/** A grant as it stands now. */
export interface LiveEgressGrant {
  readonly grant: EgressGrant;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly usesLeft: number;
}

/** What a sandbox asks for; `method` is `CONNECT` for a tunnel. Host and port as `parseEgressAuthority` gives them. */
export interface EgressTarget {
  readonly host: string;
  readonly port: number;
  readonly method: string;
}

export type EgressRefusal = {
  readonly verdict: 'deny';
  readonly reason: EgressReason;
  readonly detail?: string;
};

export type EgressVerdict =
  | EgressRefusal
  | {
      readonly verdict: 'allow';
      readonly reason: 'granted';
      readonly grant: EgressGrant;
      /** What may be asked inside a tunnel that the gateway reads. */
      readonly methods: readonly string[];
      readonly allowPrivate: boolean;
      readonly raw: boolean;
    };

interface EgressFacts {
  readonly rules: readonly EgressRule[];
  readonly grants: readonly LiveEgressGrant[];
  /** Epoch milliseconds. */
  readonly now: number;
}

const WEB_PORTS: readonly number[] = [80, 443];
const READING: readonly string[] = ['GET', 'HEAD'];
const TUNNEL = 'CONNECT';

/** In the order in which they are asked: the first that leaves no grant is the reason. */
const GRANT_CHECKS: readonly (readonly [
  EgressReason,
  (live: LiveEgressGrant, target: EgressTarget, now: number) => boolean,
])[] = [
  ['not_granted', ({ grant }, { host }) => matchesHost(grant.host, host)],
  [
    'port_not_granted',
    ({ grant }, { port }) => (grant.port === undefined ? WEB_PORTS.includes(port) : grant.port === port),
  ],
  ['method_not_granted', ({ grant }, { method }) => fitsMethod(grant.methods ?? READING, method)],
  ['grant_expired', ({ expiresAt }, _, now) => expiresAt > now],
  ['grant_used_up', ({ usesLeft }) => usesLeft > 0],
];

/**
 * Whether a sandbox may reach something: a grant of the job and a rule of the operator must both say so. Pure; what is
 * known only later (addresses, the name in the TLS hello, quotas) is checked by the gateway. No grant or no rule: deny.
 */
export function decideEgress(target: EgressTarget, { rules, grants, now }: EgressFacts): EgressVerdict {
  let left = grants;
  for (const [reason, fits] of GRANT_CHECKS) {
    left = left.filter((live) => fits(live, target, now));
    if (left.length === 0) return { verdict: 'deny', reason };
  }
  const [chosen] = left;
  if (chosen === undefined) return { verdict: 'deny', reason: 'not_granted' };
  const ceiling = decideEgressCeiling(target, rules);
  if (ceiling.verdict === 'deny') return ceiling;
  const { grant } = chosen;
  const allowed = ceiling.rules.flatMap(({ methods }) => methods ?? READING);
  return {
    verdict: 'allow',
    reason: 'granted',
    grant,
    methods: (grant.methods ?? READING).filter((method) => allowed.includes(method)),
    allowPrivate: ceiling.rules.some((rule) => rule.allowPrivate === true),
    raw: grant.raw === true && ceiling.rules.some((rule) => rule.raw === true),
  };
}

type Ceiling = EgressRefusal | { readonly verdict: 'allow'; readonly rules: readonly EgressRule[] };

/** What the operator's rules alone say: the rules that allow it, or why none does. */
export function decideEgressCeiling(target: EgressTarget, rules: readonly EgressRule[]): Ceiling {
  const matching = rules.filter((rule) => fitsRule(rule, target));
  const denying = matching.find(({ verdict }) => verdict === 'deny');
  if (denying !== undefined) return { verdict: 'deny', reason: 'denied_by_rule', detail: denying.name };
  return matching.length === 0
    ? { verdict: 'deny', reason: 'no_rule' }
    : { verdict: 'allow', rules: matching };
}

function fitsRule(
  { verdict, hosts, ports, methods }: EgressRule,
  { host, port, method }: EgressTarget,
): boolean {
  const isDeny = verdict === 'deny';
  return (
    hosts.some((pattern) => matchesHost(pattern, host)) &&
    (ports === undefined ? isDeny || WEB_PORTS.includes(port) : ports.includes(port)) &&
    (methods === undefined && isDeny ? true : fitsMethod(methods ?? READING, method))
  );
}

/** What is asked inside a tunnel shows only when the gateway reads it, and is asked then. */
function fitsMethod(methods: readonly string[], method: string): boolean {
  return method === TUNNEL || methods.includes(method);
}

import type {
  CommandClass,
  CommandContext,
  CommandDecision,
  CommandFinding,
  CommandVerdict,
  ResolvedFinding,
} from './command-decision.ts';
import { COMMAND_VERDICTS } from './command-decision.ts';

interface Verdicts {
  readonly unattended: CommandVerdict;
  readonly attended: CommandVerdict;
}

const same = (verdict: CommandVerdict): Verdicts => ({ unattended: verdict, attended: verdict });
const ASK: Verdicts = { unattended: 'deny', attended: 'ask' };

/**
 * What each class comes to. The container is the boundary: in tier `standard` a command is stopped where it cannot
 * work or where somebody has to agree to it; in tier `high` also where nobody can tell what it does.
 */
export const COMMAND_VERDICT_TABLE = {
  ordinary: { standard: same('allow'), high: same('allow') },
  unknown: { standard: same('allow'), high: ASK },
  guarded: { standard: ASK, high: ASK },
  network: { standard: ASK, high: ASK },
  privileged: { standard: same('deny'), high: same('safe_mode') },
  refused: { standard: same('deny'), high: same('deny') },
} as const satisfies Record<CommandClass, Record<CommandContext['tier'], Verdicts>>;

/** Text that runs nothing: a comment, an assignment. */
const NOTHING: CommandFinding = {
  rule: 'nothing_to_run',
  class: 'ordinary',
  domain: 'exec',
  argv: [],
  span: { start: 0, end: 0 },
  reason: 'The text runs no program.',
  alternative: '',
  hosts: [],
};

/**
 * Maps findings onto a decision: `deny > safe_mode > ask > allow`, the first of the strictest. In tier `high` anything
 * that could produce privileged commands is safe mode, so that a refused part beside it cannot make it a mere denial;
 * `findings` has both. Pure.
 */
export function resolveDecision(
  findings: readonly CommandFinding[],
  context: CommandContext,
): CommandDecision {
  const resolved = (findings.length === 0 ? [NOTHING] : findings).map((finding): ResolvedFinding => ({
    ...finding,
    verdict: resolveFinding(finding, context),
  }));
  const strictest =
    resolved.find(({ verdict }) => verdict === 'safe_mode') ??
    resolved.reduce((worst, next) => (strictness(next.verdict) > strictness(worst.verdict) ? next : worst));
  const ruled = strictest.verdict;
  return {
    decision: context.mode === 'report_only' && ruled !== 'safe_mode' ? 'allow' : ruled,
    ruled,
    rule: strictest.rule,
    argv: strictest.argv,
    span: strictest.span,
    reason: strictest.reason,
    alternative: strictest.alternative,
    domains: [...new Set(resolved.map(({ domain }) => domain))],
    hosts: [...new Set(resolved.flatMap(({ hosts }) => hosts))],
    privileged: resolved.some((finding) => finding.class === 'privileged'),
    findings: resolved,
  };
}

function resolveFinding(finding: CommandFinding, context: CommandContext): CommandVerdict {
  if (finding.class === 'network' && isGranted(finding.hosts, context)) return 'allow';
  if (finding.class === 'privileged' && context.privilegedGranted) return 'allow';
  const verdicts: Verdicts = COMMAND_VERDICT_TABLE[finding.class][context.tier];
  return context.attended ? verdicts.attended : verdicts.unattended;
}

/** Hosts that the text does not name are judged by the gateway, where there is one. */
function isGranted(hosts: readonly string[], { grantedHosts, networkAllowed }: CommandContext): boolean {
  if (hosts.length === 0) return networkAllowed;
  return hosts.every((host) => grantedHosts.some((granted) => covers(granted.toLowerCase(), host)));
}

function covers(granted: string, host: string): boolean {
  if (granted === '*') return true;
  return granted.startsWith('*.') ? host.endsWith(granted.slice(1)) : granted === host;
}

const strictness = (verdict: CommandVerdict): number => COMMAND_VERDICTS.indexOf(verdict);

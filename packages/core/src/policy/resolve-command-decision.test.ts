import { describe, expect, it } from 'vitest';
import type { CommandClass, CommandContext, CommandFinding } from './command-decision.ts';
import { resolveDecision } from './resolve-command-decision.ts';

const context: CommandContext = {
  tier: 'standard',
  attended: false,
  grantedHosts: [],
  networkAllowed: false,
  privilegedGranted: false,
  mode: 'enforce',
};
const finding = (kind: CommandClass, hosts: readonly string[] = []): CommandFinding => ({
  rule: `rule_${kind}`,
  class: kind,
  domain: kind === 'network' ? 'net' : 'exec',
  argv: [kind],
  span: { start: 0, end: 1 },
  reason: 'why',
  alternative: 'what else',
  hosts,
});
const decide = (finding_: CommandFinding, changes: Partial<CommandContext>): string =>
  resolveDecision([finding_], { ...context, ...changes }).decision;

describe('resolveDecision', () => {
  it.each<[CommandClass, string, string, string, string]>([
    // class, standard, standard attended, high, high attended
    ['ordinary', 'allow', 'allow', 'allow', 'allow'],
    ['unknown', 'allow', 'allow', 'deny', 'ask'],
    ['guarded', 'deny', 'ask', 'deny', 'ask'],
    ['network', 'deny', 'ask', 'deny', 'ask'],
    ['privileged', 'deny', 'deny', 'safe_mode', 'safe_mode'],
    ['refused', 'deny', 'deny', 'deny', 'deny'],
  ])('%s → %s, attended %s; in tier high %s, attended %s', (kind, ...expected) => {
    const decided = [
      decide(finding(kind), {}),
      decide(finding(kind), { attended: true }),
      decide(finding(kind), { tier: 'high' }),
      decide(finding(kind), { tier: 'high', attended: true }),
    ];
    expect(decided).toEqual(expected);
  });

  it.each<[readonly string[], Partial<CommandContext>, string]>([
    [['example.com'], { grantedHosts: ['example.com'] }, 'allow'],
    [['example.com'], { grantedHosts: ['*.example.com'] }, 'deny'],
    [['a.example.com'], { grantedHosts: ['*.Example.com'] }, 'allow'],
    [['badexample.com'], { grantedHosts: ['*.example.com'] }, 'deny'],
    [['example.com', 'other.test'], { grantedHosts: ['example.com'] }, 'deny'],
    [['other.test'], { networkAllowed: true }, 'deny'],
    [[], { networkAllowed: true }, 'allow'],
    [[], { grantedHosts: ['example.com'] }, 'deny'],
  ])('a network command to %j with %j → %s', (hosts, changes, expected) => {
    expect(decide(finding('network', hosts), changes)).toBe(expected);
  });

  it('lets everything pass in report_only, and says what the rules say', () => {
    const found = [finding('ordinary'), finding('guarded'), finding('network', ['example.com'])];
    expect(resolveDecision(found, { ...context, mode: 'report_only' })).toEqual({
      decision: 'allow',
      ruled: 'deny',
      rule: 'rule_guarded',
      argv: ['guarded'],
      span: { start: 0, end: 1 },
      reason: 'why',
      alternative: 'what else',
      domains: ['exec', 'net'],
      hosts: ['example.com'],
      privileged: false,
      findings: [
        { ...found[0], verdict: 'allow' },
        { ...found[1], verdict: 'deny' },
        { ...found[2], verdict: 'deny' },
      ],
    });
  });

  it('keeps safe mode of tier high in report_only', () => {
    expect(decide(finding('privileged'), { tier: 'high', mode: 'report_only' })).toBe('safe_mode');
  });

  it.each<[CommandContext['tier'], string, string]>([
    ['standard', 'deny', 'rule_refused'],
    ['high', 'safe_mode', 'rule_privileged'],
  ])('a refused part beside a privileged one is in tier %s: %s', (tier, decision, rule) => {
    const found = [finding('refused'), finding('privileged'), finding('network', ['example.com'])];
    expect(resolveDecision(found, { ...context, tier })).toMatchObject({
      decision,
      rule,
      privileged: true,
      findings: [
        { verdict: 'deny' },
        { verdict: tier === 'high' ? 'safe_mode' : 'deny' },
        { verdict: 'deny' },
      ],
    });
  });

  it('allows text that runs nothing', () => {
    expect(resolveDecision([], context)).toMatchObject({ decision: 'allow', rule: 'nothing_to_run' });
  });
});

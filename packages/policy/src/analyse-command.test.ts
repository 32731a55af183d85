import { resolveDecision } from '@drydock/core';
import type { CommandContext } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { COMMAND_RULES, loadRules } from './rules/load-rules.ts';
import { SecondOpinion } from './shell/second-opinion.ts';

const opinion = await SecondOpinion.load();
const analyser = loadRules(COMMAND_RULES, opinion);
const context: CommandContext = {
  tier: 'standard',
  attended: false,
  grantedHosts: [],
  networkAllowed: false,
  privilegedGranted: false,
  mode: 'enforce',
};
const decide = (cmd: string, changes: Partial<CommandContext> = {}) =>
  resolveDecision(analyser.analyse(cmd), { ...context, ...changes });

describe('CommandAnalyser', () => {
  it('says what, where and why, and what to do instead', () => {
    expect(decide('cd app && s=sudo; env X=1 $s -n make install')).toEqual({
      decision: 'deny',
      ruled: 'deny',
      rule: 'become_other_user',
      argv: ['sudo', '-n', 'make', 'install'],
      span: { start: 18, end: 44 },
      reason: expect.stringContaining('no privileges'),
      alternative: expect.stringContaining('without it'),
      domains: ['exec', 'privileged'],
      hosts: [],
      privileged: true,
      findings: expect.any(Array),
    });
  });

  it.each<[string, string, string]>([
    ['over 64 KiB', `echo ${'x'.repeat(70_000)}`, 'too_large'],
    ['over 256 commands', 'true;'.repeat(300), 'too_large'],
    ['nested over 50 deep', `${'('.repeat(400)}true${')'.repeat(400)}`, 'too_large'],
    [
      'wrapped too deeply',
      Array.from({ length: 30 }).reduce<string>((cmd) => `eval ${cmd}`, 'true'),
      'too_large',
    ],
    ['NUL', 'echo \u0000', 'control_character'],
    ['a carriage return', 'echo a\rsudo id', 'control_character'],
    ['a direction override', 'echo \u202E', 'invisible_character'],
    ['a zero-width space', 'su\u200Bdo id', 'invisible_character'],
    ['a form that is not NFC', 'echo e\u0301', 'not_normalised'],
    ['a word over two lines', 'su\\\ndo id', 'split_word'],
  ])('refuses %s, also where somebody could be asked', (_, cmd, rule) => {
    const { decision, rule: found } = decide(cmd, { attended: true });
    expect({ decision, found }).toEqual({ decision: 'deny', found: rule });
  });

  it.each([
    ['echo "unclosed', 'not_parsed'],
    ['if true; then', 'not_parsed'],
    ['sh -c "if true; then"', 'not_parsed'],
    ['echo $(if true)', 'not_parsed'],
  ])('does not allow what does not parse: %s', (cmd, rule) => {
    expect(decide(cmd)).toMatchObject({ decision: 'deny', rule });
    expect(decide(cmd, { attended: true })).toMatchObject({ decision: 'ask' });
  });

  it.each<[string, readonly string[]]>([
    ['curl https://User:pw@Example.com:8443/x', ['example.com']],
    ['git clone git@github.com:o/r.git', ['github.com']],
    ['ssh -p 22 me@host.example uptime', ['host.example']],
    ['cat < /dev/tcp/evil.test/80', ['evil.test']],
    ['npm ci', []],
    ['curl https://a.test && wget b.test/x', ['a.test', 'b.test']],
    ['curl "https://$HOST/"', []],
  ])('finds the hosts of %s', (cmd, hosts) => {
    expect(decide(cmd)).toMatchObject({ decision: 'deny', domains: ['net'], hosts });
  });

  it('allows a network command whose hosts are granted', () => {
    expect(decide('curl https://a.test/x', { grantedHosts: ['a.test'], networkAllowed: true }).decision).toBe(
      'allow',
    );
  });

  it.each(['((iptables -F))', 'sh -c "((iptables -F))"', '((i++)); ( ((sudo)) )'])(
    'finds the command in %s, which is arithmetic to one shell and a subshell to another',
    (cmd) => {
      expect(decide(cmd)).toMatchObject({ decision: 'deny', privileged: true });
    },
  );

  it('takes arithmetic for arithmetic', () => {
    const cmd = 'for ((i = 0; i < 3; i++)); do ((n += i)); done; ((n > 2)) && npm test';
    expect(decide(cmd).decision).toBe('allow');
  });

  it('allows unknown programs in tier standard and says so', () => {
    expect(decide('frobnicate --all')).toMatchObject({ decision: 'allow', rule: 'unknown_program' });
    expect(decide('frobnicate', { tier: 'high' })).toMatchObject({
      decision: 'deny',
      rule: 'unknown_program',
    });
    expect(decide('frobnicate', { tier: 'high', attended: true })).toMatchObject({ decision: 'ask' });
  });

  it('refuses to load a rule that breaks its examples', () => {
    const [rule] = COMMAND_RULES;
    if (rule === undefined) throw new Error('There are no rules.');
    expect(() => loadRules([{ ...rule, match: ['ls'] }], opinion)).toThrow('does not match `ls`');
    expect(() => loadRules([{ ...rule, notMatch: ['sudo id'] }], opinion)).toThrow('matches `sudo id`');
    expect(() => loadRules([{ ...rule, notMatch: [] }], opinion)).toThrow('has no examples');
  });
});

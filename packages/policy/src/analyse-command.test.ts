import fc from 'fast-check';
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

/** Ways to run a command that is given as text, each leaving its meaning. */
const quoteSingle = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const WRAPPERS: readonly ((cmd: string) => string)[] = [
  (cmd) => `sh -c ${quoteSingle(cmd)}`,
  (cmd) => `bash -lc ${quoteSingle(cmd)}`,
  (cmd) => `eval ${quoteSingle(cmd)}`,
  (cmd) => `(${cmd})`,
  (cmd) => `{ ${cmd}; }`,
  (cmd) => `true && ${cmd} || false`,
  (cmd) => `echo $(${cmd})`,
  (cmd) => `if true; then ${cmd}; fi`,
  (cmd) => `for i in 1 2; do ${cmd}; done`,
  (cmd) => `f() { ${cmd}; }; f`,
  (cmd) => `env A=1 timeout 5 sh -c ${quoteSingle(cmd)}`,
  (cmd) => `nice -n 5 nohup bash -c ${quoteSingle(cmd)}`,
  (cmd) => `echo ${Buffer.from(cmd).toString('base64')} | base64 -d | sh`,
  (cmd) => `printf '%s' ${quoteSingle(cmd)} | bash`,
  (cmd) => `bash <<< ${quoteSingle(cmd)}`,
  (cmd) => `bash <<'X'\n${cmd}\nX\n`,
  (cmd) => `c=${quoteSingle(cmd)}; eval "$c"`,
  (cmd) => `find . -exec sh -c ${quoteSingle(cmd)} \\;`,
  (cmd) => `git -c alias.x=${quoteSingle(`!${cmd}`)} x`,
];

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

  it('never throws, whatever the text', () => {
    const token = fc.constantFrom(
      'sudo',
      'sh',
      '-c',
      'eval',
      '$(',
      ')',
      '`',
      '"',
      "'",
      '{',
      '}',
      '(',
      ';',
      '&&',
      '|',
      '<<EOF\n',
      'EOF\n',
      '<<<',
      '$x',
      '${y:-',
      '[[',
      ']]',
      '((',
      '))',
      '\\',
      '\n',
      'x=',
      'for',
      'do',
      'done',
      'case',
      'esac',
      '*',
      '?',
      '[',
      '>',
      '<(',
      'function f',
      '!',
      '#',
      '\u202E',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(token, { maxLength: 24 }).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(text, (cmd) => {
        expect(() => decide(cmd)).not.toThrow();
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('never allows a privileged command, however it is wrapped', () => {
    const privileged = fc.constantFrom(
      'sudo id',
      'mount -t proc proc /p',
      'docker ps',
      'iptables -F',
      'chmod u+s x',
    );
    const layers = fc.array(fc.constantFrom(...WRAPPERS), { maxLength: 4 });
    fc.assert(
      fc.property(privileged, layers, (command, wrap) => {
        const cmd = wrap.reduce<string>((inner, wrapper) => wrapper(inner), command);
        expect([cmd, decide(cmd).decision]).toEqual([cmd, 'deny']);
        expect([cmd, decide(cmd, { tier: 'high' }).decision]).not.toEqual([cmd, 'allow']);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

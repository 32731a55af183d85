import type { CommandContext } from '@drydock/core';
import { resolveDecision } from '@drydock/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandAnalyser } from '../src/analyse-command.ts';
import { COMMAND_RULES, loadRules } from '../src/rules/load-rules.ts';
import { PRIVILEGED_RULES } from '../src/rules/privileged-rules.ts';
import { SecondOpinion } from '../src/shell/second-opinion.ts';

const TIMEOUT_MS = 120_000;

const opinion = await SecondOpinion.load();
const analyser = loadRules(COMMAND_RULES, opinion);

function decide(by: CommandAnalyser, cmd: string, tier: CommandContext['tier'] = 'standard') {
  return resolveDecision(by.analyse(cmd), {
    tier,
    attended: false,
    grantedHosts: [],
    networkAllowed: false,
    privilegedGranted: false,
    mode: 'enforce',
  });
}

const quoteSingle = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Ways to run a command that is given as text. The blanks in `$( … )` keep it from becoming `$((…))`, which every shell takes for arithmetic. */
const WRAPPERS: readonly ((cmd: string) => string)[] = [
  (cmd) => `sh -c ${quoteSingle(cmd)}`,
  (cmd) => `bash -lc ${quoteSingle(cmd)}`,
  (cmd) => `eval ${quoteSingle(cmd)}`,
  (cmd) => `(${cmd})`,
  (cmd) => `{ ${cmd}; }`,
  (cmd) => `true && ${cmd} || false`,
  (cmd) => `echo $( ${cmd} )`,
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

const TOKENS =
  'sudo sh -c eval $( ) ` " \' { } ( ; && | <<EOF\n EOF\n <<< $x ${y:- [[ ]] (( )) \\ x= for do done case esac * ? [ > <( function ! # \u202E';
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom('\n', ...TOKENS.split(' ')), { maxLength: 24 }).map((tokens) => tokens.join(' ')),
);

const privileged = fc.constantFrom(
  'sudo id',
  'mount -t proc proc /p',
  'docker ps',
  'iptables -F',
  'chmod u+s x',
);
const wrapped = fc
  .tuple(privileged, fc.array(fc.constantFrom(...WRAPPERS), { maxLength: 4 }))
  .map(([command, wrap]) => wrap.reduce<string>((inner, wrapper) => wrapper(inner), command));

const neverAllowed = (by: CommandAnalyser) =>
  fc.property(wrapped, (cmd) => {
    expect([cmd, decide(by, cmd).decision]).toEqual([cmd, 'deny']);
    expect([cmd, decide(by, cmd, 'high').decision]).not.toEqual([cmd, 'allow']);
  });

describe('the shell policy', () => {
  it('comes to a decision, whatever the text', { timeout: TIMEOUT_MS }, () => {
    const seen = new Set<string>();
    const decides = fc.property(text, (cmd) => void seen.add(decide(analyser, cmd).decision));
    fc.assert(decides, { numRuns: 400 });
    expect([...seen].toSorted()).toEqual(['allow', 'deny']);
  });

  it('never allows a privileged command, however it is wrapped', { timeout: TIMEOUT_MS }, () => {
    expect(() => {
      fc.assert(neverAllowed(analyser), { numRuns: 250 });
    }).not.toThrow();
  });

  it('would be found out without its rules for privileged commands', { timeout: TIMEOUT_MS }, () => {
    const weak = loadRules(
      COMMAND_RULES.filter((rule) => !PRIVILEGED_RULES.includes(rule)),
      opinion,
    );
    expect(fc.check(neverAllowed(weak), { numRuns: 250 }).failed).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { COMMAND_RULES, loadRules } from '../rules/load-rules.ts';
import { SecondOpinion } from '../shell/second-opinion.ts';
import { PatchScreener } from './patch-screener.ts';

const screener = new PatchScreener(loadRules(COMMAND_RULES, await SecondOpinion.load()));
const MOUNT = 'sudo mount /dev/sda1 /mnt';

/** A diff that adds lines to a file, from a line on. */
function change(
  path: string,
  text: string,
  { at = 1, mode = '100644' }: { at?: number; mode?: string } = {},
): Uint8Array {
  const lines = text.split('\n');
  const added = lines.map((line) => `+${line}\n`).join('');
  return Buffer.from(
    `diff --git a/${path} b/${path}\nindex 0000000..1111111 ${mode}\n--- a/${path}\n+++ b/${path}\n@@ -${at},0 +${at},${lines.length} @@\n${added}`,
  );
}

const BINARY = Buffer.from(
  'diff --git a/nul.sh b/nul.sh\nnew file mode 100644\nindex 0000000..1111111\nGIT binary patch\nliteral 3\nKcmZ\n\n',
);
const found = (diff: Uint8Array): string[] =>
  screener.screenPatch(diff).map(({ rule, path, line }) => `${rule} ${path}:${line}`);

describe('a patch', () => {
  it.each<[string, Uint8Array, string[]]>([
    [
      'appended to a script without an ending',
      change('deploy', MOUNT, { at: 9 }),
      ['privileged_command deploy:9'],
    ],
    ['in a new file without an ending', change('bin/deploy', MOUNT), ['privileged_command bin/deploy:1']],
    [
      'in a file that may be executed',
      change('run.tool', `x=1\n${MOUNT}`, { mode: '100755' }),
      ['privileged_command run.tool:2'],
    ],
    ['in a .fish file', change('a.fish', MOUNT), ['privileged_command a.fish:1']],
    [
      'in a unit',
      change('a.service', `[Service]\nExecStart=-/usr/bin/${MOUNT}`),
      ['privileged_command a.service:2'],
    ],
    [
      'in a fence of a README',
      change('README.md', `Do:\n\n\`\`\`sh\n$ ${MOUNT}\n\`\`\``),
      ['privileged_command README.md:4'],
    ],
    [
      'in a fence of no language',
      change('README.md', `~~~\ntrue && ${MOUNT}\n~~~`),
      ['privileged_command README.md:2'],
    ],
    [
      'added into a fence that stands',
      change('README.md', MOUNT, { at: 7 }),
      ['privileged_command README.md:7'],
    ],
    ['as a line of a text', change('a.txt', `First:\n  - ${MOUNT}`), ['privileged_command a.txt:2']],
    ['in a file of an unknown kind', change('a.xyz', `cd / && ${MOUNT}`), ['privileged_command a.xyz:1']],
    [
      'over two lines, in a text that does not parse',
      change('a.sh', 'if then (\nsu\\\ndo mount /dev/sda1 /mnt'),
      ['privileged_command a.sh:2'],
    ],
    [
      'beside control characters and line ends of another system',
      change('a.sh', `# \u0001\r\n${MOUNT}\r`),
      ['privileged_command a.sh:2'],
    ],
    [
      'behind more commands than are read together',
      change('a.sh', `${':\n'.repeat(400)}${MOUNT}`),
      ['privileged_command a.sh:401'],
    ],
    ['in bytes that are no text', BINARY, ['unscreened nul.sh:0']],
    [
      'behind the end of what is read of a line',
      change('long.sh', `true;${' '.repeat(9_000)}${MOUNT}`),
      ['unscreened long.sh:1'],
    ],
    [
      'in one line with too many commands',
      change('a.sh', `${':;'.repeat(400)}${MOUNT}`),
      ['unscreened a.sh:1'],
    ],
  ])('is found to hold a privileged command %s, or not to be screened', (_place, diff, expected) => {
    expect(found(diff)).toEqual(expected);
  });

  it('that has more findings than are told says so', () => {
    const secrets = 'a = "ghp_0123456789abcdefghijABCDEFGHIJ012345"\n'.repeat(300);
    const all = found(Buffer.concat([change('a.js', secrets), change('b.sh', MOUNT)]));
    expect([all.length, all[0]]).toEqual([200, 'unscreened :0']);
  });

  it.each<[string, Uint8Array]>([
    [
      'names programs in sentences',
      change('a.txt', 'sudo is required.\nmount the component\n- su is a word'),
    ],
    ['shows code of a language', change('README.md', '```ts\nmount(root);\n```\nMount it with `mount x`.')],
    ['is a licence', change('LICENSE', 'Permission is granted to use, copy and\nmount a defence.')],
    ['ignores files', change('.gitignore', 'mount/\nsudo')],
    ['is a program of another language', change('tool', '#!/usr/bin/env python3\nmount = 1\nreboot = True')],
    ['sets up an image', change('Dockerfile', 'RUN sudo apt-get install -y git')],
    ['installs without rights', change('README.md', '```console\n$ npm ci && npm test\n```')],
  ])('%s, and gives no finding', (_name, diff) => {
    expect(found(diff)).toEqual([]);
  });

  it('is screened as the shell reads it: without its NUL bytes', () => {
    const rules = screener.screenFile({ path: 'a.sh', text: 'su\u0000do id' }).map(({ rule }) => rule);
    expect(rules).toEqual(['unscreened', 'privileged_command']);
  });
});

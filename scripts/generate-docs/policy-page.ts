import type { CommandClass } from '@drydock/core';
import { COMMAND_CLASSES, COMMAND_VERDICT_TABLE } from '@drydock/core';
import type { HeldOutReport, PolicyReport } from '@drydock/policy';
import {
  BUILT_IN_RULES,
  COMMAND_RULES,
  INJECTION_RULES,
  SCREENING_RULES,
  measureHeldOut,
  measurePolicy,
} from '@drydock/policy';
import { GENERATED_NOTE } from './generated-note.ts';

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

const INTRODUCTION = `The container is the boundary; the policy is a tripwire beside it. It makes visible what a command wants, stops early what
cannot work, and asks a person where one is there. It runs in the worker, outside the sandbox, in a thread of its own:
at most 64 KB, 256 commands and 250 ms a command; what is over a cap is refused, never asked about.

A command is read by two shell parsers, unwrapped (\`env\`, \`sh -c\`, \`xargs\`, \`find -exec\`, here documents, base64 into
a shell, code of interpreters, …) until nothing is left to unwrap, and judged by every rule. The strictest verdict counts:
\`deny > safe_mode > ask > allow\`. Where the parsers do not find the same commands, nothing is allowed. In tier
\`high\` one privileged part makes the whole command safe mode, also beside a part that is refused, which is reported too.

What it cannot see: what \`make\`, \`npm test\`, a test file or a program of the repository does when it runs; values that
only the environment has; text that is decoded by anything but a few filters. A policy hit is never containment, and no
hit is never proof.`;

const OUTLOOK = `\`report_only\` decides and records as usual and lets everything pass, except safe mode of tier \`high\`. \`network\` is
allowed where the job's grants cover every host that the text names; where it names none, a job that has a way out is
let through and the egress gateway judges the hosts.`;

const HELD_OUT = `The corpus above is by the author of the rules. This one is by another author, who had not seen them: \`privileged\` must be named
so, \`network\` must carry the domain \`net\`, \`guarded\` must not be allowed in tier standard, \`opaque\` not in tier high,
\`benign\` must be allowed in tier standard. The first figures are what the rules found before anybody looked, and are never
written again. What they showed was mended by class, not by case, so that **the figures of now are no longer held out**:
\`git clone\` beside an absolute path passed as local; reading devices; leaving work for later; \`\${x%y}\` and \`\${x//y/z}\`; Tcl,
\`less +!\`; code that connects or asks for rights by itself; packages fetched to be run; git settings that name a program;
other processes in \`/proc\`; scripts whose text or name nobody can see; \`helm lint\` taken for a cluster's client.
Left as they are, since the container makes them harmless and ordinary work needs some of them: in tier standard loader
variables, \`PATH\`, dot files of a HOME that ends with the sandbox, signals and fork bombs (\`guarded\` in the corpus);
\`go mod tidy\`, which is a network command; a bare \`toybox mount\`, which lists.`;

function verdictRow(kind: CommandClass): string {
  const { standard, high } = COMMAND_VERDICT_TABLE[kind];
  const cells = [standard.unattended, standard.attended, high.unattended, high.attended].map(code);
  return `| ${code(kind)} | ${cells.join(' | ')} |`;
}

function measuredTables({ rows }: PolicyReport): string[] {
  const commands = rows.filter(({ corpus }) => corpus !== 'patches' && corpus !== 'injection');
  const others = rows.filter(({ corpus }) => corpus === 'patches' || corpus === 'injection');
  return [
    '| corpus | class | cases | right | stopped in standard | stopped in high |',
    '| --- | --- | --: | --: | --: | --: |',
    ...commands.map(
      (row) =>
        `| ${row.corpus} | ${row.class} | ${row.cases} | ${row.found} | ${row.stoppedStandard} | ${row.stoppedHigh} |`,
    ),
    '',
    '| corpus | class | cases | right |',
    '| --- | --- | --: | --: |',
    ...others.map((row) => `| ${row.corpus} | ${row.class} | ${row.cases} | ${row.found} |`),
  ];
}

function heldOutTable({ first, now }: HeldOutReport): string[] {
  return [
    '| label | class | cases | right at first | stopped at first (standard, high) | right now | stopped now (standard, high) |',
    '| --- | --- | --: | --: | --: | --: | --: |',
    ...now.map((row) => {
      const before = first.find((old) => old.label === row.label && old.class === row.class);
      const was = before === undefined ? ['', ''] : figures(before);
      return `| ${[row.label, row.class, row.cases, ...was, ...figures(row)].join(' | ')} |`;
    }),
  ];
}

const figures = (row: HeldOutReport['first'][number]): [string, string] => [
  String(row.found),
  `${row.stoppedStandard}, ${row.stoppedHigh}`,
];

function ruleTables(): string[] {
  return [
    '## Rules about commands',
    '',
    '| rule | class | domain | finds, for example | says |',
    '| --- | --- | --- | --- | --- |',
    ...COMMAND_RULES.map(
      (rule) =>
        `| ${code(rule.id)} | ${rule.class} | ${rule.domain} | ${code(rule.match[0] ?? '')} | ${rule.reason} |`,
    ),
    ...Object.entries(BUILT_IN_RULES).map(
      ([id, rule]) => `| ${code(id)} | ${rule.class} | ${rule.domain} | | ${rule.reason} |`,
    ),
    '',
    '## Rules about generated code',
    '',
    'Only added lines count. Besides these: `privileged_command`, `secret`, `link_out_of_tree`, `binary_file`, `unscreened`.',
    '',
    '| rule | severity | says |',
    '| --- | --- | --- |',
    ...SCREENING_RULES.map(({ id, severity, message }) => `| ${code(id)} | ${severity} | ${message} |`),
    '',
    '## Rules about text of others',
    '',
    'A hit is an event, never a decision: no text can change policy, budgets, approvals or network.',
    '',
    '| rule | says |',
    '| --- | --- |',
    ...INJECTION_RULES.map(({ id, message }) => `| ${code(id)} | ${message} |`),
    '',
  ];
}

/** `docs/policy.md`: what the policy does, its rules, and what it finds on its own corpus. */
export async function buildPolicyPage(): Promise<string> {
  return [
    '# The policy',
    '',
    GENERATED_NOTE,
    '',
    INTRODUCTION,
    '',
    '## Verdicts',
    '',
    '| class | standard | standard, attended | high | high, attended |',
    '| --- | --- | --- | --- | --- |',
    ...COMMAND_CLASSES.map(verdictRow),
    '',
    OUTLOOK,
    '',
    '## Measured',
    '',
    'Hidden: privileged commands in disguise, all must be named (`opaque`: stopped in tier high). Network: all must carry the',
    'domain `net`. Benign: all must be allowed in tier standard. The corpus is ours and finite: other disguises exist.',
    '`npm run policy-report` prints what came out wrong.',
    '',
    ...measuredTables(await measurePolicy()),
    '',
    '### Held out',
    '',
    HELD_OUT,
    '',
    ...heldOutTable(await measureHeldOut()),
    '',
    ...ruleTables(),
  ].join('\n');
}

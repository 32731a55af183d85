import type { CheckCommand } from './check-command.ts';
import { readScripts } from './detect-checks.ts';
import type { RepoFacts } from './repo-facts.ts';
import { TEST_RUNNERS, type TestRunner } from './test-runners.ts';

/** What is to be run of a suite; without either, all of it. */
export interface TestSelection {
  readonly file?: string | undefined;
  readonly name?: string | undefined;
}

export type SelectedTests =
  | { readonly kind: 'selected'; readonly checks: readonly CheckCommand[] }
  | { readonly kind: 'not_possible'; readonly reason: string };

/** A command line of more than words: what it runs cannot be told from here. */
const SHELL_SYNTAX = /[;&|<>()`$\n#]/;
const NPM_TEST = /^npm\s+(?:run\s+)?test$/;

/** Turns the commands of a whole suite into those that run one file, or tests by name. Pure. */
export function selectTests(
  checks: readonly CheckCommand[],
  selection: TestSelection,
  facts: RepoFacts,
): SelectedTests {
  if (selection.file === undefined && selection.name === undefined) return { kind: 'selected', checks };
  const selected = checks.flatMap((check): CheckCommand[] => {
    const command = narrow(check.command, selection, facts);
    return command === undefined ? [] : [{ ...check, command }];
  });
  if (selected.length > 0) return { kind: 'selected', checks: selected };
  const commands = checks.map(({ command }) => JSON.stringify(command)).join(', ');
  const known = TEST_RUNNERS.map(({ name }) => name).join(', ');
  return {
    kind: 'not_possible',
    reason: `The test command ${commands} cannot be told to run ${describe(selection)}: that works for ${known} where the command is plain words and the file is one of theirs. Run the whole suite.`,
  };
}

const describe = ({ file, name }: TestSelection): string =>
  [
    ...(file === undefined ? [] : [JSON.stringify(file)]),
    ...(name === undefined ? [] : ['tests by name']),
  ].join(' and ');

function narrow(command: string, selection: TestSelection, facts: RepoFacts): string | undefined {
  const script = NPM_TEST.test(command) ? (readScripts(facts).test ?? '') : command;
  const runner = TEST_RUNNERS.find(({ program }) => program.test(script));
  const isPlain = !SHELL_SYNTAX.test(script);
  if (runner === undefined || !isPlain || !canRun(runner, selection)) return undefined;
  const ran = runner.program.exec(script)?.[0] ?? '';
  const words = rebuild(runner, script.slice(ran.length), selection).join(' ');
  // Programs of node_modules are found by npm; `--no` never fetches one.
  const start = script === command || ran.endsWith('node') ? ran : `npm exec --no -- ${ran}`;
  return `${start} ${words}`.trim();
}

const canRun = ({ files }: TestRunner, { file }: TestSelection): boolean =>
  file === undefined || files.test(file);

/** Its flags as they are, then what selects; files of the command only where none is asked for. */
function rebuild(runner: TestRunner, rest: string, { file, name }: TestSelection): string[] {
  const flags: string[] = [];
  const operands: string[] = [];
  for (const word of splitWords(rest)) {
    const follows = runner.valued.includes(flags.at(-1) ?? '');
    (word.startsWith('-') || follows || isSubcommand(runner, word, operands) ? flags : operands).push(word);
  }
  return [
    ...flags,
    ...(name === undefined ? [] : runner.selectName(name).map(quote)),
    ...(file === undefined ? operands : runner.selectFile(toPath(file)).map(quote)),
  ];
}

/** `vitest run`: a word that is no file. */
const isSubcommand = ({ name }: TestRunner, word: string, before: readonly string[]): boolean =>
  name === 'vitest' && word === 'run' && before.length === 0;

/** Words as they stand, quotes with them: they are handed on and never read. */
const splitWords = (text: string): string[] => text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];

/** A file that begins with a dash is told from a flag by its directory. */
const toPath = (file: string): string => (file.startsWith('-') ? `./${file}` : file);

/** One word of a shell, whatever is in it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

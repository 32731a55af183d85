import type { RequestedChecks } from '@drydock/contracts';
import { z } from 'zod';
import type { CheckCommand } from './check-command.ts';
import { findNamedPaths } from './judging-paths.ts';
import type { RepoFacts } from './repo-facts.ts';

export interface DetectedChecks {
  readonly test: readonly CheckCommand[];
  readonly lint: readonly CheckCommand[];
  /** Why each was chosen, for people. */
  readonly chosen: readonly string[];
  /** What the commands and the scripts behind them may name as files: who changes one may change the judge. */
  readonly namedPaths: readonly string[];
}

interface Rule {
  readonly kind: CheckCommand['kind'];
  readonly command: string;
  readonly why: string;
  readonly holds: (facts: RepoFacts) => boolean;
}

const ROOT = '.';
const NODE_TEST_NAME = /\.test\.[cm]?[jt]s$/;
const PYTEST_NAME = /^test_.*\.py$|_test\.py$/;

/** What a repository says about its checks. Both ecosystems may speak: all that holds is run. */
const RULES: readonly Rule[] = [
  {
    kind: 'test',
    command: 'npm test',
    why: 'package.json has a test script',
    holds: hasTestScript,
  },
  {
    kind: 'test',
    command: 'node --test',
    why: 'there are *.test.* files and no test script',
    holds: (facts) => !hasTestScript(facts) && hasName(facts, NODE_TEST_NAME),
  },
  {
    kind: 'test',
    command: 'python3 -m pytest -q',
    why: 'pytest is configured, or there are test_*.py files',
    holds: (facts) => hasPytestConfig(facts) || hasName(facts, PYTEST_NAME),
  },
  {
    kind: 'lint',
    command: 'npm run -s lint',
    why: 'package.json has a lint script',
    holds: (facts) => readScripts(facts).lint !== undefined,
  },
  {
    kind: 'lint',
    command: 'python3 -m flake8',
    why: 'flake8 is configured',
    holds: hasFlake8Config,
  },
];

/** Which commands prove a change. What the caller asked for stands; an absent list is detected, an empty one is none. */
export function detectChecks(facts: RepoFacts, requested: RequestedChecks): DetectedChecks {
  const test = choose(facts, 'test', requested.test);
  const lint = choose(facts, 'lint', requested.lint);
  const commands = [...test.checks, ...lint.checks].map(({ command }) => command);
  return {
    test: test.checks,
    lint: lint.checks,
    chosen: [...test.chosen, ...lint.chosen],
    namedPaths: [...new Set([...commands, ...readJudgingScripts(facts)].flatMap(findNamedPaths))],
  };
}

function choose(facts: RepoFacts, kind: CheckCommand['kind'], requested: readonly string[] | undefined) {
  const rules = RULES.filter((rule) => rule.kind === kind && rule.holds(facts));
  const choices = requested?.map((command) => ({ command, why: 'the job asks for it' })) ?? rules;
  return {
    checks: choices.map(({ command }): CheckCommand => ({ kind, command })),
    chosen: choices.map(({ command, why }) => `${kind}: ${command} (${why})`),
  };
}

const Script = z.string().trim().min(1).optional().catch(undefined);
const Scripts = z.object({ test: Script, lint: Script });
const NO_SCRIPTS: z.infer<typeof Scripts> = {};
const PackageJson = z.object({ scripts: Scripts }).catch({ scripts: NO_SCRIPTS });

function hasTestScript(facts: RepoFacts): boolean {
  const { test } = readScripts(facts);
  // What `npm init` writes: a script that fails and tests nothing.
  return test !== undefined && !test.includes('no test specified');
}

/** The scripts of package.json that prove something. */
export function readScripts({ texts }: RepoFacts): z.infer<typeof Scripts> {
  const text = texts.get('package.json');
  return text === undefined ? NO_SCRIPTS : PackageJson.parse(parseJson(text)).scripts;
}

/** Scripts that a check may run; what `start` names is the program, not its judge. */
const JUDGING_SCRIPT = /^(?:pre|post)?(?:test|lint|check)/;
const AllScripts = z.object({ scripts: z.record(z.string(), z.unknown()) }).catch({ scripts: {} });

function readJudgingScripts({ texts }: RepoFacts): string[] {
  const { scripts } = AllScripts.parse(parseJson(texts.get('package.json') ?? ''));
  return Object.entries(scripts).flatMap(([name, script]) =>
    JUDGING_SCRIPT.test(name) && typeof script === 'string' ? [script] : [],
  );
}

/** Undefined for what is not JSON: npm cannot run it either. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasPytestConfig({ names, texts }: RepoFacts): boolean {
  return (
    names.get(ROOT)?.includes('pytest.ini') === true ||
    texts.get('pyproject.toml')?.includes('[tool.pytest') === true ||
    texts.get('setup.cfg')?.includes('[tool:pytest]') === true ||
    texts.get('tox.ini')?.includes('[pytest]') === true
  );
}

function hasFlake8Config({ names, texts }: RepoFacts): boolean {
  return (
    names.get(ROOT)?.includes('.flake8') === true ||
    texts.get('pyproject.toml')?.includes('flake8') === true ||
    ['setup.cfg', 'tox.ini'].some((file) => texts.get(file)?.includes('[flake8]') === true)
  );
}

function hasName({ names }: RepoFacts, pattern: RegExp): boolean {
  return [...names.values()].some((entries) => entries.some((name) => pattern.test(name)));
}

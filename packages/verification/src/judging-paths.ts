import { replacesRunner } from './replaces-runner.ts';

/** Directories whose files are tests, or what tests compare with. */
const TEST_DIRECTORY =
  /(?:^|\/)(?:tests?|specs?|e2e|cypress|__tests__|__mocks__|__snapshots__|testdata|fixtures)\//i;
const TEST_FILE =
  /(?:^|\/)(?:test_[^/]*\.py|tests?\.py|[^/]*_test\.(?:py|go|rb)|[^/]*[._-](?:test|spec|cy)\.[cm]?[jt]sx?|test[-_][^/]*\.[cm]?[jt]sx?|tests?\.[cm]?[jt]s|conftest\.py|[^/]*Tests?\.java)$/;

/** Files that decide what the checks run: a changed one may have changed the judge. */
const CHECK_CONFIGURATION = [
  // Package managers, builds, and the scripts that they call.
  /(?:^|\/)(?:package\.json|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.cjs|pnpm-workspace\.yaml|node\.config\.json)$/,
  /(?:^|\/)(?:(?:GNU)?[Mm]akefile|[^/]*\.mk|[Jj]ustfile|Taskfile\.ya?ml|[^/]*\.sh)$/,
  /(?:^|\/)(?:scripts|node_modules|\.yarn)\//,
  // What test runners of JavaScript read, and what changes the code under them.
  /(?:^|\/)\.?(?:vite|vitest|jest|ava|karma|playwright|cypress|mocha|nyc|c8|babel|eslint|oxlint|biome|webpack|rollup)(?:[._A-Z-][^/]*)?\.(?:[cm]?[jt]s|jsonc?|ya?ml)$/,
  /(?:^|\/)(?:\.(?:mocha|eslint|oxlint|babel|nyc|c8|swc)rc(?:\.[^/]*)?|\.taprc|mocha\.opts|\.(?:eslint|oxlint|biome)ignore)$/,
  /(?:^|\/)[tj]sconfig[^/]*\.json$/,
  // The same of Python.
  /(?:^|\/)(?:pyproject\.toml|setup\.(?:cfg|py)|tox\.ini|noxfile\.py|\.?pytest\.(?:ini|toml)|(?:site|user)customize\.py)$/,
  /(?:^|\/)(?:\.flake8|\.?ruff\.toml|\.pylintrc|pylintrc|\.?mypy\.ini|\.coveragerc|[^/]*\.pth)$/,
];

/** Whether a change of this path changes what is tested, or how. */
export function decidesChecks(path: string): boolean {
  return (
    replacesRunner(path) ||
    TEST_DIRECTORY.test(path) ||
    TEST_FILE.test(path) ||
    CHECK_CONFIGURATION.some((pattern) => pattern.test(path))
  );
}

/** A path or file name in a command line, without quotes and without what the shell has around it. */
const WORD = /[^\s'"`;|&()<>=$]+/g;

/** Files of the repository that a command line may name: `run.sh`, `./tools/check.mjs`. Options and URLs are in no patch. */
export function findNamedPaths(command: string): string[] {
  const words = command.match(WORD) ?? [];
  return words
    .map((word) => word.replace(/^(?:\.\/)+/, '').replace(/(?<!\/)\/+$/, ''))
    .filter((word) => word !== '');
}

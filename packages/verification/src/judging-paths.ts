/** Directories whose files are tests, or what tests compare with. */
const TEST_DIRECTORY = /(?:^|\/)(?:tests?|specs?|e2e|__tests__|__mocks__|__snapshots__|testdata|fixtures)\//i;
const TEST_FILE =
  /(?:^|\/)(?:test_[^/]*\.py|[^/]*_test\.(?:py|go|rb)|[^/]*[._-](?:test|spec)\.[cm]?[jt]sx?|tests?\.[cm]?[jt]s|conftest\.py|[^/]*Tests?\.java)$/;
/** Files that decide what the checks run: a changed one may have changed the judge. */
const CHECK_CONFIGURATION =
  /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.cfg|tox\.ini|pytest\.ini|\.flake8|\.?(?:vitest|jest|mocha|eslint|oxlint)[^/]*\.(?:[cm]?[jt]s|json)|\.(?:mocha|eslint|oxlint)rc(?:\.[^/]*)?)$/;

/** Whether a change of this path changes what is tested, or how. */
export function decidesChecks(path: string): boolean {
  return TEST_DIRECTORY.test(path) || TEST_FILE.test(path) || CHECK_CONFIGURATION.test(path);
}

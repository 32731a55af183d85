import type { CheckRun } from '@drydock/contracts';

/** Exit code of pytest for “no tests were collected”. */
const PYTEST_NO_TESTS = 5;

export interface Contradictions {
  /** No test of the report failed, and the command did: what failed is not in the report, or its end was forced. */
  readonly redWithoutFailure: readonly string[];
  /** Tests failed, and the command ended with 0. Odd, but it hides nothing: the tests are counted. */
  readonly greenWithFailure: readonly string[];
  /** Tests were told one by one before, and no longer are: a test that failed cannot be seen to fail. */
  readonly reportLost: readonly string[];
}

/** Commands whose per-test report and exit code cannot both be true, or whose report is gone. Timeouts are told elsewhere. */
export function findContradictions(before: readonly CheckRun[], after: readonly CheckRun[]): Contradictions {
  const pairs = after.flatMap((run, index) => (run.timed_out ? [] : [{ run, old: before[index] }]));
  const commandsWhere = (holds: (run: CheckRun, old: CheckRun | undefined) => boolean): string[] => [
    ...new Set(pairs.filter(({ run, old }) => holds(run, old)).map(({ run }) => run.command)),
  ];
  return {
    redWithoutFailure: commandsWhere((run) => isReported(run) && isRed(run) && !hasFailure(run)),
    greenWithFailure: commandsWhere((run) => isReported(run) && run.exit_code === 0 && hasFailure(run)),
    reportLost: commandsWhere((run, old) => old !== undefined && isReported(old) && !isReported(run)),
  };
}

const isReported = ({ format }: CheckRun): boolean => format === 'drydock_ndjson';

const isRed = ({ exit_code: code, tests }: CheckRun): boolean =>
  code !== 0 && !(code === PYTEST_NO_TESTS && tests.length === 0);

const hasFailure = ({ tests }: CheckRun): boolean =>
  tests.some(({ status }) => status === 'failed' || status === 'errored');

import type { CheckRun, Warning } from '@drydock/contracts';
import { cutText } from './cut-text.ts';
import type { Contradictions } from './find-contradictions.ts';
import { decidesChecks } from './judging-paths.ts';

const MAX_NAMED = 10;
const MAX_NAME_CHARS = 200;

interface Comparison {
  readonly before: readonly CheckRun[];
  readonly after: readonly CheckRun[];
  readonly changedPaths: readonly string[];
  readonly namedPaths: readonly string[];
  /** Of the changed paths, those that stand in for what runs the tests. */
  readonly replacing: readonly string[];
  readonly newFailures: readonly string[];
  readonly contradictions: Contradictions;
}

/** What people should know about a comparison, in a fixed order. One warning per reason, each bounded. */
export function findWarnings(comparison: Comparison): Warning[] {
  const { replacing, newFailures, contradictions } = comparison;
  const { redWithoutFailure, greenWithFailure, reportLost } = contradictions;
  return [
    ...findMissingTests(comparison),
    ...findLateChecks(comparison),
    ...warn('tests_changed', TESTS_CHANGED, findDeciding(comparison)),
    ...warn('judge_changed', JUDGE_CHANGED, replacing),
    ...warn('judge_changed', 'Not verified, because single tests are no longer reported by', reportLost),
    ...warn('new_failures', 'Not verified, because of tests that fail and did not before', newFailures),
    ...warn('report_contradicts_exit', RED_WITHOUT_FAILURE, redWithoutFailure),
    ...warn('report_contradicts_exit', 'Tests failed, but the command ended with 0', greenWithFailure),
  ];
}

const TESTS_CHANGED = 'The patch changes tests, or what decides which tests run';
const JUDGE_CHANGED = 'Not verified, because the patch changes what runs the tests';
const RED_WITHOUT_FAILURE = 'Not verified, because the command failed, but no test that it reports did';

function findMissingTests({ before, after }: Comparison): Warning[] {
  const tests = [...before, ...after].filter((run) => run.kind === 'test');
  if (tests.length === 0) {
    return [
      {
        code: 'no_tests',
        message: 'The repository has no test command that Drydock knows: name one in `checks.test`.',
      },
    ];
  }
  if (tests.some((run) => run.tests.length > 0)) return [];
  return [{ code: 'no_tests', message: 'The test command ran no test, neither before nor after.' }];
}

function findLateChecks({ before, after }: Comparison): Warning[] {
  const late = new Set([...before, ...after].filter((run) => run.timed_out).map((run) => run.command));
  return [...late].map((command) => ({
    code: 'check_timed_out',
    message: `The check did not end in time: ${command}`,
  }));
}

function findDeciding({ changedPaths, namedPaths }: Comparison): string[] {
  const named = new Set(namedPaths);
  return [...new Set(changedPaths)].filter((path) => decidesChecks(path) || named.has(path));
}

/** A warning that names ten at most; none where there is nothing to name. */
function warn(code: Warning['code'], reason: string, names: readonly string[]): Warning[] {
  if (names.length === 0) return [];
  const named = names.slice(0, MAX_NAMED).map((name) => JSON.stringify(cutText(name, MAX_NAME_CHARS)));
  const rest = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return [{ code, message: `${reason}: ${named.join(', ')}${rest}.` }];
}

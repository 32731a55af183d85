import type { CheckRun, ChecksVerdict, JobKind, Warning } from '@drydock/contracts';
import { compareTests } from './compare-tests.ts';
import { findNewFindings } from './find-new-findings.ts';
import { decidesChecks } from './judging-paths.ts';
import { summariseRun } from './summarise-run.ts';

export interface RunComparison {
  readonly kind: JobKind;
  readonly patchIsEmpty: boolean;
  /** The same commands in the same order on both sides; `after` is of the base with the patch applied by git. */
  readonly before: readonly CheckRun[];
  readonly after: readonly CheckRun[];
  readonly changedPaths: readonly string[];
}

export interface ComparedRuns {
  readonly verdict: ChecksVerdict;
  /** Null for the kinds that change nothing. */
  readonly verified: boolean | null;
  readonly warnings: readonly Warning[];
}

const MAX_PATHS_NAMED = 10;

/** The definition of `verified` (contract.md). That the patch applied is the caller's to know: else there is no `after`. */
export function compareRuns(runs: RunComparison): ComparedRuns {
  const { before, after } = runs;
  const tests = compareTests(ofKind(before, 'test'), ofKind(after, 'test'));
  const verdict: ChecksVerdict = {
    before: summariseRun(before),
    after: summariseRun(after),
    fail_to_pass: [...tests.failToPass],
    pass_to_pass: [...tests.passToPass],
    regressions: [...tests.regressions],
    added_pass: [...tests.addedPass],
    lint: compareLint(ofKind(before, 'lint'), ofKind(after, 'lint')),
  };
  return { verdict, verified: decideVerified(runs, verdict), warnings: findWarnings(runs, verdict) };
}

function decideVerified(runs: RunComparison, verdict: ChecksVerdict): boolean | null {
  if (runs.kind === 'review' || runs.kind === 'explain') return null;
  const hasTests = verdict.before.tests !== null && verdict.after.tests !== null;
  const hasTimedOut = [...runs.before, ...runs.after].some((run) => run.timed_out);
  const hasProof =
    runs.kind === 'fix' ? verdict.fail_to_pass.length > 0 : countTests(runs.after, 'passed') > 0;
  return !runs.patchIsEmpty && hasTests && !hasTimedOut && hasProof && hasNoLoss(verdict);
}

function hasNoLoss({ regressions, lint }: ChecksVerdict): boolean {
  return regressions.length === 0 && (lint === null || lint.new.length === 0);
}

function compareLint(before: readonly CheckRun[], after: readonly CheckRun[]): ChecksVerdict['lint'] {
  if (before.length === 0 && after.length === 0) return null;
  const findingsOf = (runs: readonly CheckRun[]) => runs.flatMap((run) => run.findings);
  return {
    before: findingsOf(before).length,
    after: findingsOf(after).length,
    new: after.flatMap((run, index) => findNewFindings(before[index]?.findings ?? [], run.findings)),
  };
}

function findWarnings({ before, after, changedPaths }: RunComparison, verdict: ChecksVerdict): Warning[] {
  const warnings: Warning[] = [];
  if (verdict.before.tests === null && verdict.after.tests === null) {
    warnings.push({
      code: 'no_tests',
      message: 'The repository has no test command that Drydock knows: name one in `checks.test`.',
    });
  } else if (countTests(before) + countTests(after) === 0) {
    warnings.push({ code: 'no_tests', message: 'The test command ran no test, neither before nor after.' });
  }
  const late = new Set([...before, ...after].filter((run) => run.timed_out).map((run) => run.command));
  for (const command of late) {
    warnings.push({ code: 'check_timed_out', message: `The check did not end in time: ${command}` });
  }
  const deciding = [...new Set(changedPaths)].filter(decidesChecks);
  if (deciding.length > 0) warnings.push(toTestsChanged(deciding));
  return warnings;
}

function toTestsChanged(paths: readonly string[]): Warning {
  const named = paths.slice(0, MAX_PATHS_NAMED).map((path) => JSON.stringify(path));
  const rest = paths.length > MAX_PATHS_NAMED ? ` and ${paths.length - MAX_PATHS_NAMED} more` : '';
  return {
    code: 'tests_changed',
    message: `The patch changes tests, or what decides which tests run: ${named.join(', ')}${rest}.`,
  };
}

const ofKind = (runs: readonly CheckRun[], kind: CheckRun['kind']): readonly CheckRun[] =>
  runs.filter((run) => run.kind === kind);

function countTests(runs: readonly CheckRun[], status?: 'passed'): number {
  return ofKind(runs, 'test')
    .flatMap((run) => run.tests)
    .filter((test) => status === undefined || test.status === status).length;
}

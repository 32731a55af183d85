import { changesFiles } from '@drydock/core';
import type { CheckRun, ChecksVerdict, JobKind, Warning } from '@drydock/contracts';
import type { TestChanges } from './compare-tests.ts';
import { compareTests } from './compare-tests.ts';
import { cutVerdict } from './cut-verdict.ts';
import type { Contradictions } from './find-contradictions.ts';
import { findContradictions } from './find-contradictions.ts';
import { findNewFindings } from './find-new-findings.ts';
import { findWarnings } from './find-warnings.ts';
import { replacesRunner } from './replaces-runner.ts';
import { summariseRun } from './summarise-run.ts';

export interface RunComparison {
  readonly kind: JobKind;
  readonly patchIsEmpty: boolean;
  /** The same commands in the same order on both sides; `after` is of the base with the patch applied by git. */
  readonly before: readonly CheckRun[];
  readonly after: readonly CheckRun[];
  readonly changedPaths: readonly string[];
  /** What the checks of the base name as files (`DetectedChecks`). */
  readonly namedPaths?: readonly string[];
}

export interface ComparedRuns {
  /** Bounded; full lists are in the runs. */
  readonly verdict: ChecksVerdict;
  /** Null for the kinds that change nothing. */
  readonly verified: boolean | null;
  readonly warnings: readonly Warning[];
}

interface Evidence {
  readonly tests: TestChanges;
  readonly contradictions: Contradictions;
  readonly replacing: readonly string[];
}

/**
 * The definition of `verified` (contract.md, ADR 0010). That the patch applied is the caller's to know: else there is no
 * `after`.
 *
 * Its limit: the code under test runs as the reporters do, and can write a well-formed report that agrees with the exit
 * code it chooses. A patch that does so shows it in the diff. `verified` is proof against error, not against malice in
 * the code that the checks run.
 */
export function compareRuns(runs: RunComparison): ComparedRuns {
  const before = ofKind(runs.before, 'test');
  const after = ofKind(runs.after, 'test');
  const tests = compareTests(before, after);
  const evidence: Evidence = {
    tests,
    contradictions: findContradictions(before, after),
    replacing: [...new Set(runs.changedPaths)].filter(replacesRunner),
  };
  const whole: ChecksVerdict = {
    before: summariseRun(runs.before),
    after: summariseRun(runs.after),
    fail_to_pass: [...tests.failToPass],
    pass_to_pass: [...tests.passToPass],
    regressions: [...tests.regressions],
    added_pass: [...tests.addedPass],
    lint: compareLint(ofKind(runs.before, 'lint'), ofKind(runs.after, 'lint')),
  };
  const { verdict, warnings } = cutVerdict(whole);
  const found = findWarnings({ namedPaths: [], ...runs, ...evidence, newFailures: tests.newFailures });
  return { verdict, verified: decideVerified(runs, whole, evidence), warnings: [...found, ...warnings] };
}

function decideVerified(runs: RunComparison, verdict: ChecksVerdict, evidence: Evidence): boolean | null {
  if (!changesFiles(runs.kind)) return null;
  const hasTimedOut = [...runs.before, ...runs.after].some((run) => run.timed_out);
  if (runs.patchIsEmpty || hasTimedOut) return false;
  return hasProof(runs.kind, verdict) && hasNoLoss(verdict) && isBelievable(evidence);
}

function hasProof(kind: JobKind, { before, after, fail_to_pass: failToPass }: ChecksVerdict): boolean {
  if (before.tests === null || after.tests === null) return false;
  return kind === 'fix' ? failToPass.length > 0 : after.tests.counts.passed > 0;
}

function hasNoLoss({ regressions, lint }: ChecksVerdict): boolean {
  return regressions.length === 0 && (lint === null || lint.new.length === 0);
}

/** Whether what says green is what said red, and all of it is green that was not red before (ADR 0010). */
function isBelievable({ tests, contradictions, replacing }: Evidence): boolean {
  const { redWithoutFailure, reportLost } = contradictions;
  return [tests.newFailures, redWithoutFailure, reportLost, replacing].every((list) => list.length === 0);
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

const ofKind = (runs: readonly CheckRun[], kind: CheckRun['kind']): readonly CheckRun[] =>
  runs.filter((run) => run.kind === kind);

import type { CheckRun, CheckSide } from '@drydock/contracts';
import { MAX_ID_CHARS, cutText } from './cut-text.ts';

/** A result names this many failures; the artifacts before.json and after.json have all of them. */
const MAX_FAILURES = 200;
const MAX_MESSAGE_CHARS = 1_000;

/** What a job's result says about one side. Several commands of a kind are told as one. */
export function summariseRun(runs: readonly CheckRun[]): CheckSide {
  const ofKind = (kind: CheckRun['kind']): readonly CheckRun[] => runs.filter((run) => run.kind === kind);
  return { tests: summariseTests(ofKind('test')), lint: summariseLint(ofKind('lint')) };
}

function summariseTests(runs: readonly CheckRun[]): CheckSide['tests'] {
  if (runs.length === 0) return null;
  const tests = runs.flatMap((run) => run.tests);
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  return {
    ...summariseCommands(runs),
    format: runs.every(({ format }) => format === 'drydock_ndjson') ? 'drydock_ndjson' : 'exit_code',
    counts: {
      passed: count('passed'),
      failed: count('failed'),
      errored: count('errored'),
      skipped: count('skipped'),
    },
    failures: tests
      .filter(({ status }) => status === 'failed' || status === 'errored')
      .slice(0, MAX_FAILURES)
      .map(({ id, file, line, message = '' }) => ({
        id: cutText(id, MAX_ID_CHARS),
        ...(file !== undefined && { file: cutText(file, MAX_ID_CHARS) }),
        ...(line !== undefined && { line }),
        message: cutText(message, MAX_MESSAGE_CHARS),
      })),
  };
}

function summariseLint(runs: readonly CheckRun[]): CheckSide['lint'] {
  if (runs.length === 0) return null;
  return {
    ...summariseCommands(runs),
    findings: runs.reduce((sum, { findings }) => sum + findings.length, 0),
  };
}

function summariseCommands(runs: readonly CheckRun[]) {
  const failing = runs.find((run) => run.exit_code !== 0);
  return {
    command: runs.map(({ command }) => command).join('; '),
    exit_code: failing === undefined ? 0 : failing.exit_code,
    duration_ms: runs.reduce((sum, run) => sum + run.duration_ms, 0),
  };
}

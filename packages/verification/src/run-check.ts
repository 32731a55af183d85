import { randomUUID } from 'node:crypto';
import type { CheckRun, LintFinding, TestCase } from '@drydock/contracts';
import type { ExecResult, Sandbox } from '@drydock/core';
import type { CheckCommand } from './check-command.ts';
import { nameOfCommand } from './check-command.ts';
import type { Injection } from './check-environment.ts';
import {
  FULL_INJECTION,
  WORKSPACE,
  lintEnvironment,
  reduceInjection,
  testEnvironment,
} from './check-environment.ts';
import { parseLintOutput } from './parse-lint-output.ts';
import { readTestReport } from './read-test-report.ts';

/** Of a linter all output is read, as much as one exec can carry. Of a test command people read the end. */
const LINT_OUTPUT_BYTES = 512 << 10;
const TEST_OUTPUT_BYTES = 64 << 10;
const OUTPUT_TAIL_CHARS = 16 << 10;

interface RunCheckOptions {
  /** For the command, with all its repetitions; reading the report comes on top. */
  readonly timeoutMs: number;
}

interface CheckPlace {
  readonly sandbox: Pick<Sandbox, 'exec'>;
  readonly check: CheckCommand;
  readonly timeoutMs: number;
}

/** Runs one check to its end and reads per-test results or findings. Throws only what the sandbox throws. */
// oxlint-disable-next-line max-params -- where, what, how long and until when are four unlike things
export function runCheck(
  sandbox: Pick<Sandbox, 'exec'>,
  check: CheckCommand,
  options: RunCheckOptions,
  signal: AbortSignal,
): Promise<CheckRun> {
  const place = { sandbox, check, timeoutMs: options.timeoutMs };
  return check.kind === 'lint' ? runLint(place, signal) : runTests(place, signal);
}

async function runLint({ sandbox, check, timeoutMs }: CheckPlace, signal: AbortSignal): Promise<CheckRun> {
  const env = lintEnvironment();
  const maxOutputBytes = LINT_OUTPUT_BYTES;
  const exec = await sandbox.exec(
    { cmd: check.command, workdir: WORKSPACE, env, timeoutMs, maxOutputBytes },
    signal,
  );
  const findings = exec.omittedBytes === 0 ? parseLintOutput(exec.head + exec.tail, WORKSPACE) : [];
  const isRead = findings.length > 0 || (exec.exitCode === 0 && exec.omittedBytes === 0);
  return {
    ...describeRun(check, exec),
    format: isRead ? 'unix' : 'exit_code',
    findings: isRead ? findings : toOneFinding(check, exec),
  };
}

/** Where findings cannot be told apart, a command that fails is one finding: new where it did not fail before. */
function toOneFinding({ command }: CheckCommand, exec: ExecResult): LintFinding[] {
  if (exec.exitCode === 0) return [];
  return [{ file: nameOfCommand(command), line: 0, rule: 'exit_code', message: 'The command failed.' }];
}

async function runTests({ sandbox, check, timeoutMs }: CheckPlace, signal: AbortSignal): Promise<CheckRun> {
  let injection = FULL_INJECTION;
  let remainingMs = timeoutMs;
  // Every repetition injects less than the one before: four runs at most.
  for (;;) {
    const { exec, tests } = await runTestsOnce({ sandbox, check, timeoutMs: remainingMs }, injection, signal);
    remainingMs = Math.floor(remainingMs - exec.durationMs);
    const reduced = tests === undefined ? reduceInjection(injection, exec.head + exec.tail) : undefined;
    if (reduced === undefined || remainingMs < 1) {
      return {
        ...describeRun(check, exec),
        format: tests === undefined ? 'exit_code' : 'drydock_ndjson',
        tests: tests ?? [toOneTest(check, exec)],
      };
    }
    injection = reduced;
  }
}

async function runTestsOnce(
  { sandbox, check, timeoutMs }: CheckPlace,
  injection: Injection,
  signal: AbortSignal,
): Promise<{ exec: ExecResult; tests: TestCase[] | undefined }> {
  // A name of its own for every run: what an earlier one left behind is not this one's result.
  const reportPath = `/tmp/drydock-tests-${randomUUID()}.ndjson`;
  const env = testEnvironment(reportPath, injection);
  const maxOutputBytes = TEST_OUTPUT_BYTES;
  const exec = await sandbox.exec(
    { cmd: check.command, workdir: WORKSPACE, env, timeoutMs, maxOutputBytes },
    signal,
  );
  return { exec, tests: await readTestReport(sandbox, reportPath, signal) };
}

/** A command that gives only an exit code counts as one test (contract.md). */
function toOneTest({ command }: CheckCommand, exec: ExecResult): TestCase {
  const id = nameOfCommand(command);
  if (exec.exitCode === 0 && !exec.timedOut) return { id, status: 'passed' };
  if (exec.timedOut) return { id, status: 'errored', message: 'The command did not end in time.' };
  if (exec.exitCode !== null) return { id, status: 'failed', message: `Exit code ${exec.exitCode}.` };
  return { id, status: 'errored', message: `The command was ended by ${exec.signal ?? 'the sandbox'}.` };
}

function describeRun({ kind, command }: CheckCommand, exec: ExecResult): Omit<CheckRun, 'format'> {
  const omitted = exec.omittedBytes === 0 ? '' : `\n[${exec.omittedBytes} bytes left out]\n`;
  return {
    kind,
    command,
    exit_code: exec.exitCode,
    duration_ms: exec.durationMs,
    timed_out: exec.timedOut,
    tests: [],
    findings: [],
    output_tail: `${exec.head}${omitted}${exec.tail}`.slice(-OUTPUT_TAIL_CHARS).toWellFormed(),
  };
}

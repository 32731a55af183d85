import type { CheckRun, TestCase, TestStatus } from '@drydock/contracts';

/** Failures that are listed; more of them have one cause, as a rule, and the log has them all. */
const MAX_FAILURES = 200;
/** All messages together. */
const MESSAGES_CHARS = 36_000;
const MAX_MESSAGE_CHARS = 1_500;
const MIN_MESSAGE_CHARS = 100;
const MAX_ID_CHARS = 160;
/** Of a command that reports no tests, its last words. */
const TAIL_CHARS = 6_000;

/** What a run of tests came to: its failures first, each cut by itself, none left out before the cap. */
export function formatTestRuns(number: number, runs: readonly CheckRun[], logLines: number): string {
  const tests = runs.flatMap((run) => run.tests);
  const failures = tests.filter(({ status }) => status === 'failed' || status === 'errored');
  const perMessage = Math.floor(MESSAGES_CHARS / Math.max(1, failures.length));
  const maxChars = Math.min(MAX_MESSAGE_CHARS, Math.max(MIN_MESSAGE_CHARS, perMessage));
  const more = failures.length - MAX_FAILURES;
  return [
    ...failures.slice(0, MAX_FAILURES).map((failure) => formatFailure(failure, maxChars)),
    ...(more > 0 ? [`…${more} more failures are not listed: run one file, or read the log.`] : []),
    `Run ${number}: ${countTests(tests)}.`,
    ...runs.map(formatCommand),
    `All that was printed: test_log {"run": ${number}}, ${logLines} lines.`,
  ].join('\n');
}

function formatFailure({ id, status, file, line, message = '' }: TestCase, maxChars: number): string {
  const place =
    file === undefined ? '' : ` (${cut(file, MAX_ID_CHARS)}${line === undefined ? '' : `:${line}`})`;
  const words = cut(message.trim(), maxChars)
    .split('\n')
    .map((row) => `    ${row}`);
  const label = status === 'errored' ? 'ERROR' : 'FAIL';
  return [`${label} ${cut(id, MAX_ID_CHARS)}${place}`, ...(message.trim() === '' ? [] : words)].join('\n');
}

function countTests(tests: readonly TestCase[]): string {
  const count = (status: TestStatus): string =>
    `${tests.filter((test) => test.status === status).length} ${status}`;
  return [count('failed'), count('errored'), count('passed'), count('skipped')].join(', ');
}

/** Each command, and the end of what it printed where that is all that is known. */
function formatCommand(run: CheckRun): string {
  const { command, exit_code: exitCode, duration_ms: durationMs, timed_out: timedOut, format } = run;
  const ended = timedOut ? 'stopped at its time limit' : `exit code ${exitCode ?? 'none: it was killed'}`;
  const line = `$ ${command}: ${ended} after ${(durationMs / 1_000).toFixed(1)} s`;
  if (format !== 'exit_code') return line;
  return `${line}. It reports no single tests; what it printed last:\n${run.output_tail.slice(-TAIL_CHARS)}`;
}

const cut = (text: string, maxChars: number): string =>
  text.length <= maxChars ? text : `${text.slice(0, maxChars).toWellFormed()}…`;

import type { CheckRun, LintFinding } from '@drydock/contracts';

const MAX_CHARS = 45_000;
const MAX_MESSAGE_CHARS = 300;
/** Of a linter whose findings cannot be read, its last words. */
const TAIL_CHARS = 6_000;

export interface LintAnswer {
  readonly runs: readonly CheckRun[];
  /** Those that were asked for. */
  readonly findings: readonly LintFinding[];
  /** What was asked for, in words: "in lines that are new". */
  readonly scope: string;
}

/** What linters found: where first, so that each line says where to look. */
export function formatLint({ runs, findings, scope }: LintAnswer): string {
  const all = runs.reduce((sum, run) => sum + run.findings.length, 0);
  const lines = findings.map(formatFinding);
  let chars = 0;
  const fitting = lines.findIndex((line) => (chars += line.length + 1) > MAX_CHARS);
  const shown = fitting === -1 ? lines : lines.slice(0, fitting);
  return [
    `${findings.length} of ${all} findings${scope === '' ? '' : ` ${scope}`}.`,
    ...shown,
    ...(shown.length < lines.length
      ? [`…${lines.length - shown.length} more not shown. Ask for them with paths.`]
      : []),
    ...runs.map(formatCommand),
  ].join('\n');
}

function formatFinding({ file, line, column, severity, rule, message }: LintFinding): string {
  const place = [file, ...(line === 0 ? [] : [line, ...(column === undefined ? [] : [column])])].join(':');
  const label = [severity, rule].filter((part) => part !== undefined && part !== '').join(' ');
  const words = message.slice(0, MAX_MESSAGE_CHARS).toWellFormed().replaceAll('\n', ' ');
  return `${place}: ${label === '' ? '' : `[${label}] `}${words}`;
}

/** Each command, and the end of what it printed where no finding could be read. */
function formatCommand({ command, exit_code, timed_out, format, findings, output_tail }: CheckRun): string {
  const ended = timed_out ? 'stopped at its time limit' : `exit code ${exit_code ?? 'none: it was killed'}`;
  const line = `$ ${command}: ${ended}`;
  return format === 'exit_code' && findings.length > 0
    ? `${line}. Its findings cannot be told apart; what it printed last:\n${output_tail.slice(-TAIL_CHARS)}`
    : line;
}

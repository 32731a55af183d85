import type { LintFinding } from '@drydock/contracts';
import { cutText } from './cut-text.ts';

const MAX_FINDINGS = 10_000;
const MAX_LINE_CHARS = 4_000;
const MAX_FILE_CHARS = 1_000;
const MAX_RULE_CHARS = 200;
const MAX_MESSAGE_CHARS = 500;

/** `file:line:col: message` or `file:line: message`: what compilers print, flake8, ruff, and linters in format `unix`. */
const FINDING = /^(?<file>[^\s:][^:]*):(?<line>\d{1,9})(?::(?<column>\d{1,9}))?: +(?<text>\S.*)$/;
/** `message [Error/eslint(no-debugger)]`, `message [SC2086]`. */
const RULE_BEHIND = /^(?<message>.*\S) +\[(?:(?<severity>error|warning)\/)?(?<rule>[^[\]]+)\]$/i;
/** `warning: message`: what compilers print. */
const SEVERITY_BEFORE = /^(?<severity>error|warning): /i;
/** `E501 message`, `C0114: message`. */
const RULE_BEFORE = /^(?<rule>[A-Z]{1,4}\d{1,5}):? +(?<message>.+)$/;

/** Reads what a linter printed; lines that are no findings are passed over. Paths become relative to `root`. */
export function parseLintOutput(output: string, root: string): LintFinding[] {
  const findings: LintFinding[] = [];
  for (const line of output.split('\n')) {
    if (findings.length >= MAX_FINDINGS) break;
    const finding = parseLine(line.trimEnd(), root);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

function parseLine(line: string, root: string): LintFinding | undefined {
  const found = line.length > MAX_LINE_CHARS ? undefined : FINDING.exec(line)?.groups;
  if (found?.['file'] === undefined || found['text'] === undefined) return undefined;
  const { rule, message, severity } = splitRule(found['text']);
  return {
    file: cutText(toRelative(found['file'], root), MAX_FILE_CHARS),
    line: Number(found['line']),
    ...(found['column'] === undefined ? {} : { column: Number(found['column']) }),
    ...(severity === undefined ? {} : { severity }),
    rule: cutText(rule, MAX_RULE_CHARS),
    message: cutText(message, MAX_MESSAGE_CHARS),
  };
}

function splitRule(text: string): Pick<LintFinding, 'rule' | 'message' | 'severity'> {
  const groups = (RULE_BEHIND.exec(text) ?? RULE_BEFORE.exec(text))?.groups ?? {};
  const { rule = '', message = text, severity = SEVERITY_BEFORE.exec(text)?.groups?.['severity'] } = groups;
  return { rule, message, ...toSeverity(severity) };
}

function toSeverity(word: string | undefined): Pick<LintFinding, 'severity'> {
  const severity = word?.toLowerCase();
  return severity === 'error' || severity === 'warning' ? { severity } : {};
}

function toRelative(file: string, root: string): string {
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file.replace(/^\.\//, '');
}

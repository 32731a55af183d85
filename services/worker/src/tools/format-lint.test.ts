import type { CheckRun, LintFinding } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { ChangedLines } from './changed-lines.ts';
import { formatLint } from './format-lint.ts';

const run = (findings: LintFinding[], change: Partial<CheckRun> = {}): CheckRun => ({
  kind: 'lint',
  command: 'npm run -s lint',
  exit_code: 1,
  duration_ms: 5,
  timed_out: false,
  format: 'unix',
  tests: [],
  findings,
  output_tail: '',
  ...change,
});
const FINDING: LintFinding = {
  file: 'a.ts',
  line: 3,
  column: 5,
  severity: 'error',
  rule: 'no-debugger',
  message: 'no',
};

describe('the answer about linters', () => {
  it('says where, how bad, which rule and what', () => {
    const bare = { file: 'b.py', line: 1, rule: '', message: 'odd' };
    const runs = [run([FINDING, bare])];
    expect(formatLint({ runs, findings: [FINDING, bare], scope: '' })).toBe(
      [
        '2 of 2 findings.',
        'a.ts:3:5: [error no-debugger] no',
        'b.py:1: odd',
        '$ npm run -s lint: exit code 1',
      ].join('\n'),
    );
  });

  it('says what was asked for, and what is not shown', () => {
    const findings = Array.from({ length: 500 }, () => ({ ...FINDING, message: 'x'.repeat(300) }));
    const text = formatLint({ runs: [run(findings)], findings, scope: 'in a.ts' });
    expect(text).toMatch(/^500 of 500 findings in a\.ts\.\n/);
    expect(text).toMatch(/\n…\d+ more not shown\. Ask for them with paths\.\n\$/);
    expect(text.length).toBeLessThan(50_000);
  });

  it('shows the last words of a linter whose findings cannot be read', () => {
    const unread = { file: '<make lint>', line: 0, rule: 'exit_code', message: 'The command failed.' };
    const change = { command: 'make lint', format: 'exit_code', output_tail: 'a.c is ugly' } as const;
    expect(formatLint({ runs: [run([unread], change)], findings: [unread], scope: '' })).toBe(
      [
        '1 of 1 findings.',
        '<make lint>: [exit_code] The command failed.',
        '$ make lint: exit code 1. Its findings cannot be told apart; what it printed last:',
        'a.c is ugly',
      ].join('\n'),
    );
  });
});

describe('changed lines', () => {
  const changed = new ChangedLines([{ path: 'new.ts' }, { path: 'a.ts', ranges: [[3, 4]] }]);

  it.each([
    ['new.ts', 99, true],
    ['a.ts', 3, true],
    ['a.ts', 4, true],
    ['a.ts', 5, false],
    ['a.ts', 0, true],
    ['b.ts', 1, false],
  ])('%s:%i → %s', (path, line, expected) => {
    expect(changed.has(path, line)).toBe(expected);
  });
});

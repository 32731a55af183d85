import type { CheckRun, TestCase } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { formatTestRuns } from './format-tests.ts';

const run = (tests: readonly TestCase[], change: Partial<CheckRun> = {}): CheckRun => ({
  kind: 'test',
  command: 'npm test',
  exit_code: 1,
  duration_ms: 1_234,
  timed_out: false,
  format: 'drydock_ndjson',
  tests: [...tests],
  findings: [],
  output_tail: '',
  ...change,
});
const failing = (id: string, message: string): TestCase => ({
  id,
  status: 'failed',
  file: 'a.test.ts',
  line: 7,
  message,
});

describe('the answer about a run of tests', () => {
  it('begins with the failures, each with its place and words', () => {
    const tests: TestCase[] = [
      { id: 'a::fine', status: 'passed' },
      failing('a::adds', 'expected 1\nto be 2'),
      { id: 'a::breaks', status: 'errored' },
      { id: 'a::later', status: 'skipped' },
    ];
    expect(formatTestRuns(3, [run(tests)], 12)).toBe(
      [
        'FAIL a::adds (a.test.ts:7)',
        '    expected 1',
        '    to be 2',
        'ERROR a::breaks',
        'Run 3: 1 failed, 1 errored, 1 passed, 1 skipped.',
        '$ npm test: exit code 1 after 1.2 s',
        'All that was printed: test_log {"run": 3}, 12 lines.',
      ].join('\n'),
    );
  });

  it('leaves no failure out, however long their messages are, and fits', () => {
    const tests = Array.from({ length: 200 }, (_, index) => failing(`t${index}`, 'x'.repeat(4_000)));
    const text = formatTestRuns(1, [run(tests)], 1);
    expect(text.match(/^FAIL t\d+ \(a\.test\.ts:7\)$/gm)).toHaveLength(200);
    expect(text.length).toBeLessThan(60_000);
  });

  it('says how many failures are beyond the cap', () => {
    const tests = Array.from({ length: 205 }, (_, index) => failing(`t${index}`, ''));
    expect(formatTestRuns(1, [run(tests)], 1)).toContain('…5 more failures are not listed');
  });

  it('shows the last words of a command that reports no tests', () => {
    const silent = run([{ id: '<make test>', status: 'failed', message: 'Exit code 2.' }], {
      command: 'make test',
      exit_code: 2,
      format: 'exit_code',
      output_tail: 'boom\n',
    });
    expect(formatTestRuns(1, [silent], 4)).toContain(
      '$ make test: exit code 2 after 1.2 s. It reports no single tests; what it printed last:\nboom\n',
    );
  });

  it('says what was stopped', () => {
    expect(formatTestRuns(1, [run([], { timed_out: true, exit_code: null })], 0)).toContain(
      '$ npm test: stopped at its time limit after 1.2 s',
    );
  });
});

import type { CheckRun, LintFinding, TestStatus } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { RunComparison } from './compare-runs.ts';
import { compareRuns } from './compare-runs.ts';

type Statuses = Readonly<Record<string, TestStatus>>;

function run(kind: 'test' | 'lint', change: Partial<CheckRun> = {}): CheckRun {
  return {
    kind,
    command: kind === 'test' ? 'npm test' : 'npm run -s lint',
    exit_code: 0,
    duration_ms: 10,
    timed_out: false,
    format: kind === 'test' ? 'drydock_ndjson' : 'unix',
    tests: [],
    findings: [],
    output_tail: '',
    ...change,
  };
}

const tests = (statuses: Statuses): CheckRun =>
  run('test', { tests: Object.entries(statuses).map(([id, status]) => ({ id, status })) });

const lint = (...lines: number[]): CheckRun =>
  run('lint', {
    findings: lines.map((line): LintFinding => ({
      file: 'a.js',
      line,
      rule: 'no-debugger',
      message: 'debugger',
    })),
  });

function compare(change: Partial<RunComparison>) {
  const base: RunComparison = {
    kind: 'fix',
    patchIsEmpty: false,
    before: [tests({ kept: 'passed', bug: 'failed' })],
    after: [tests({ kept: 'passed', bug: 'passed' })],
    changedPaths: ['src/a.js'],
  };
  return compareRuns({ ...base, ...change });
}

describe('what became of a test', () => {
  const NOTHING = { fail_to_pass: [], pass_to_pass: [], regressions: [], added_pass: [] };
  const ROWS: [TestStatus | 'absent', TestStatus | 'absent', keyof typeof NOTHING | undefined][] = [
    ['failed', 'passed', 'fail_to_pass'],
    ['errored', 'passed', 'fail_to_pass'],
    ['passed', 'passed', 'pass_to_pass'],
    ['passed', 'failed', 'regressions'],
    ['passed', 'errored', 'regressions'],
    ['passed', 'skipped', 'regressions'],
    ['passed', 'absent', 'regressions'],
    ['absent', 'passed', 'added_pass'],
    ['absent', 'failed', undefined],
    ['failed', 'skipped', undefined],
    ['failed', 'absent', undefined],
    ['errored', 'absent', undefined],
    ['failed', 'errored', undefined],
    ['skipped', 'passed', undefined],
    ['skipped', 'failed', undefined],
  ];
  const side = (status: TestStatus | 'absent') => [tests(status === 'absent' ? {} : { t: status })];

  it.each(ROWS)('%s before and %s after is %s', (before, after, list) => {
    const { verdict } = compare({ before: side(before), after: side(after) });
    expect(verdict).toMatchObject({ ...NOTHING, ...(list !== undefined && { [list]: ['t'] }) });
  });
});

describe('verified', () => {
  const implement = { kind: 'implement', before: [tests({})], after: [tests({ added: 'passed' })] } as const;
  const ROWS: [string, boolean | null, Partial<RunComparison>][] = [
    ['a fix that turns a failing test green', true, {}],
    ['a fix that turns nothing green', false, { after: [tests({ kept: 'passed', bug: 'failed' })] }],
    ['a fix that deletes the failing test', false, { after: [tests({ kept: 'passed' })] }],
    ['a fix that skips the failing test', false, { after: [tests({ kept: 'passed', bug: 'skipped' })] }],
    [
      'a fix that only adds a passing test',
      false,
      { before: [tests({})], after: [tests({ added: 'passed' })] },
    ],
    ['a fix that breaks another test', false, { after: [tests({ kept: 'failed', bug: 'passed' })] }],
    ['a fix that loses another test', false, { after: [tests({ bug: 'passed' })] }],
    ['a fix with an empty patch', false, { patchIsEmpty: true }],
    [
      'a fix that leaves another test failing',
      true,
      {
        before: [tests({ bug: 'failed', old: 'failed' })],
        after: [tests({ bug: 'passed', old: 'failed' })],
      },
    ],
    ['an implementation with a passing test', true, implement],
    ['new tests that pass', true, { ...implement, kind: 'test' }],
    [
      'an implementation after which no test passes',
      false,
      { ...implement, after: [tests({ added: 'skipped' })] },
    ],
    ['an implementation without a test command', false, { ...implement, before: [], after: [] }],
    [
      'a test command on one side only',
      false,
      { ...implement, before: [lint()], after: [tests({ a: 'passed' })] },
    ],
    ['a review', null, { kind: 'review' }],
    ['an explanation', null, { kind: 'explain' }],
    [
      'a test command that timed out',
      false,
      { after: [{ ...tests({ bug: 'passed', kept: 'passed' }), timed_out: true }] },
    ],
    [
      'a linter that timed out before',
      false,
      {
        before: [tests({ bug: 'failed' }), run('lint', { timed_out: true })],
        after: [tests({ bug: 'passed' }), lint()],
      },
    ],
    [
      'a finding that moved to another line',
      true,
      { before: [tests({ bug: 'failed' }), lint(3)], after: [tests({ bug: 'passed' }), lint(9)] },
    ],
    [
      'a second finding of the same kind',
      false,
      { before: [tests({ bug: 'failed' }), lint(3)], after: [tests({ bug: 'passed' }), lint(3, 9)] },
    ],
    [
      'a command that only has an exit code',
      true,
      { before: [tests({ '<make>': 'failed' })], after: [tests({ '<make>': 'passed' })] },
    ],
  ];

  it.each(ROWS)('%s: %s', (_, verified, change) => {
    expect(compare(change).verified).toBe(verified);
  });

  it('compares command by command, so that an id of one cannot stand for the same id of another', () => {
    const { verified, verdict } = compare({
      before: [tests({ t: 'failed' }), tests({ t: 'passed' })],
      after: [tests({ t: 'passed' }), tests({ t: 'failed' })],
    });
    expect(verified).toBe(false);
    expect(verdict).toMatchObject({ fail_to_pass: ['t'], regressions: ['t'] });
  });

  it('holds for ids that are names of object properties', () => {
    const before = [run('test', { tests: [{ id: '__proto__', status: 'passed' }] })];
    expect(compare({ before, after: [tests({})] }).verdict.regressions).toEqual(['__proto__']);
  });
});

describe('warnings of a comparison', () => {
  const codes = (change: Partial<RunComparison>) => compare(change).warnings.map(({ code }) => code);

  it('are absent where nothing is unusual', () => {
    expect(codes({})).toEqual([]);
  });

  it('say that there are no tests: no command, or a command that runs none', () => {
    expect(codes({ before: [], after: [] })).toEqual(['no_tests']);
    expect(codes({ before: [tests({})], after: [tests({})] })).toEqual(['no_tests']);
    expect(codes({ before: [tests({})], after: [tests({ a: 'passed' })] })).toEqual([]);
  });

  it('name each command that timed out once', () => {
    const late = [run('test', { timed_out: true })];
    expect(compare({ before: late, after: late }).warnings).toContainEqual({
      code: 'check_timed_out',
      message: 'The check did not end in time: npm test',
    });
    expect(codes({ before: late, after: late })).toEqual(['no_tests', 'check_timed_out']);
  });

  it('name changed tests, ten at most', () => {
    const changedPaths = ['src/a.js', ...Array.from({ length: 12 }, (_, n) => `test/${n}.js`)];
    const message = compare({ changedPaths }).warnings[0]?.message;
    expect(message).toContain('"test/9.js" and 2 more.');
    expect(message).not.toContain('src/a.js');
  });
});

describe('the verdict', () => {
  it('has both sides, with lint as counts and new findings', () => {
    const before = [
      run('test', {
        exit_code: 1,
        tests: [
          { id: 'bug', status: 'failed', file: 'test/a.js', line: 3, message: '1 == 2' },
          { id: 'broken', status: 'errored' },
        ],
      }),
      lint(1),
    ];
    const after = [tests({ bug: 'passed', broken: 'skipped' }), lint(2, 7)];
    expect(compare({ before, after }).verdict).toEqual({
      before: {
        tests: {
          command: 'npm test',
          exit_code: 1,
          duration_ms: 10,
          format: 'drydock_ndjson',
          counts: { passed: 0, failed: 1, errored: 1, skipped: 0 },
          failures: [
            { id: 'bug', file: 'test/a.js', line: 3, message: '1 == 2' },
            { id: 'broken', message: '' },
          ],
        },
        lint: { command: 'npm run -s lint', exit_code: 0, duration_ms: 10, findings: 1 },
      },
      after: {
        tests: {
          command: 'npm test',
          exit_code: 0,
          duration_ms: 10,
          format: 'drydock_ndjson',
          counts: { passed: 1, failed: 0, errored: 0, skipped: 1 },
          failures: [],
        },
        lint: { command: 'npm run -s lint', exit_code: 0, duration_ms: 10, findings: 2 },
      },
      fail_to_pass: ['bug'],
      pass_to_pass: [],
      regressions: [],
      added_pass: [],
      lint: {
        before: 1,
        after: 2,
        new: [{ file: 'a.js', line: 7, rule: 'no-debugger', message: 'debugger' }],
      },
    });
  });

  it('tells several commands of a kind as one, by the first that failed', () => {
    const failed = run('test', { command: 'make', exit_code: 2, format: 'exit_code' });
    expect(compare({ before: [tests({}), failed] }).verdict.before.tests).toMatchObject({
      command: 'npm test; make',
      exit_code: 2,
      duration_ms: 20,
      format: 'exit_code',
    });
  });

  it('names 200 failures at most; the artifacts have them all', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`t${n}`, 'failed' as const]));
    const { tests: summary } = compare({ before: [tests(many)] }).verdict.before;
    expect(summary?.failures).toHaveLength(200);
    expect(summary?.counts.failed).toBe(300);
  });

  it('has no lint where no linter ran', () => {
    expect(compare({}).verdict.lint).toBeNull();
  });
});

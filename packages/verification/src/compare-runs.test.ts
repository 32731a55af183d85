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

/** A run of a runner that ends as its tests do. */
const tests = (statuses: Statuses): CheckRun =>
  run('test', {
    exit_code: Object.values(statuses).some((status) => status === 'failed' || status === 'errored') ? 1 : 0,
    tests: Object.entries(statuses).map(([id, status]) => ({ id, status })),
  });

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
    [
      'a fix beside a new test that fails',
      false,
      { after: [tests({ kept: 'passed', bug: 'passed', added: 'failed' })] },
    ],
    [
      'a fix after which a skipped test fails',
      false,
      {
        before: [tests({ bug: 'failed', s: 'skipped' })],
        after: [tests({ bug: 'passed', s: 'errored' })],
      },
    ],
    [
      'tests that all passed in a command that failed',
      false,
      { after: [{ ...tests({ kept: 'passed', bug: 'passed' }), exit_code: 1 }] },
    ],
    [
      'tests that all passed in a command that was killed',
      false,
      { after: [{ ...tests({ kept: 'passed', bug: 'passed' }), exit_code: null }] },
    ],
    [
      'a second command, of pytest, that finds no test',
      true,
      {
        before: [tests({ bug: 'failed' }), run('test', { command: 'pytest', exit_code: 5 })],
        after: [tests({ bug: 'passed' }), run('test', { command: 'pytest', exit_code: 5 })],
      },
    ],
    [
      'an expected failure beside a fix',
      true,
      {
        before: [tests({ bug: 'failed', xfail: 'skipped' })],
        after: [tests({ bug: 'passed', xfail: 'skipped' })],
      },
    ],
    [
      'tests that are no longer told one by one',
      false,
      {
        ...implement,
        before: [tests({ old: 'failed' })],
        after: [{ ...tests({ '<npm test>': 'passed' }), format: 'exit_code' }],
      },
    ],
    [
      'tests that are told one by one only afterwards',
      true,
      { ...implement, before: [{ ...tests({ '<npm test>': 'failed' }), format: 'exit_code' }] },
    ],
    ['a patch that brings its own pytest', false, { changedPaths: ['calc.py', 'pytest.py'] }],
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

describe('repeats of a name', () => {
  const ROWS: [string, Statuses, Statuses, object][] = [
    [
      'a test put before the failing one does not take its place',
      { t: 'failed' },
      { t: 'passed', 't#2': 'failed' },
      { fail_to_pass: [], regressions: [] },
    ],
    [
      'a test put before the failing one does not hide that it is skipped',
      { t: 'failed' },
      { t: 'passed', 't#2': 'skipped' },
      { fail_to_pass: [] },
    ],
    [
      'a test put before a passing one does not hide its loss',
      { t: 'passed' },
      { t: 'passed', 't#2': 'failed' },
      { regressions: ['t#2'], added_pass: [] },
    ],
    [
      'one that vanishes may be the one that failed',
      { t: 'failed', 't#2': 'failed' },
      { t: 'passed' },
      { fail_to_pass: [] },
    ],
    [
      'one that vanishes after it passed is lost',
      { t: 'passed', 't#2': 'passed' },
      { t: 'passed' },
      { pass_to_pass: ['t'], regressions: ['t#2'] },
    ],
    [
      'all of them green are a fix',
      { t: 'passed', 't#2': 'failed' },
      { t: 'passed', 't#2': 'passed', 't#3': 'passed' },
      { fail_to_pass: ['t#2'], pass_to_pass: ['t'], added_pass: ['t#3'], regressions: [] },
    ],
    [
      'names like `#2` that repeat nothing stand alone',
      { 'bug #1': 'failed', 'bug #2': 'failed' },
      { 'bug #1': 'failed', 'bug #2': 'passed' },
      { fail_to_pass: ['bug #2'] },
    ],
  ];

  it.each(ROWS)('%s', (_, before, after, verdict) => {
    expect(compare({ before: [tests(before)], after: [tests(after)] }).verdict).toMatchObject(verdict);
  });

  it('never verify while one of them fails, whatever passed before it', () => {
    const after = [tests({ other: 'passed', t: 'passed', 't#2': 'failed' })];
    const { verified } = compare({ before: [tests({ other: 'failed', t: 'failed' })], after });
    expect(verified).toBe(false);
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

describe('warnings of a run that is not believed', () => {
  const warningsOf = (change: Partial<RunComparison>) =>
    compare(change).warnings.map(({ code, message }) => `${code}: ${message}`);

  it.each<[string, Partial<RunComparison>, string[]]>([
    [
      'name new failures',
      { after: [tests({ kept: 'passed', bug: 'passed', added: 'failed' })] },
      ['new_failures: Not verified, because of tests that fail and did not before: "added".'],
    ],
    [
      'name a command that failed without a failing test',
      { after: [{ ...tests({ kept: 'passed', bug: 'passed' }), exit_code: 137 }] },
      [
        'report_contradicts_exit: Not verified, because the command failed, but no test that it reports did: "npm test".',
      ],
    ],
    [
      'name a command that ended well although tests failed',
      { after: [{ ...tests({ kept: 'passed', bug: 'failed' }), exit_code: 0 }] },
      ['report_contradicts_exit: Tests failed, but the command ended with 0: "npm test".'],
    ],
    [
      'name what the patch puts in the place of the runner',
      { changedPaths: ['src/a.js', '.npmrc'] },
      [
        'tests_changed: The patch changes tests, or what decides which tests run: ".npmrc".',
        'judge_changed: Not verified, because the patch changes what runs the tests: ".npmrc".',
      ],
    ],
    [
      'name a script that the checks of the base call',
      { changedPaths: ['judge.mjs'], namedPaths: ['judge.mjs'] },
      ['tests_changed: The patch changes tests, or what decides which tests run: "judge.mjs".'],
    ],
  ])('%s', (_, change, warnings) => {
    expect(warningsOf(change)).toEqual(warnings);
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

  it('is bounded, says what is left out, and is decided on all of it', () => {
    const many = (status: TestStatus) =>
      Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`${'x'.repeat(600)}${n}`, status]));
    const { verdict, verified, warnings } = compare({
      before: [tests({ ...many('passed'), bug: 'failed' }), lint()],
      after: [tests({ ...many('passed'), bug: 'passed' }), lint(...Array.from({ length: 300 }, (_, n) => n))],
    });
    expect(verdict.pass_to_pass).toHaveLength(1_000);
    expect(verdict.pass_to_pass[0]).toHaveLength(500);
    expect(verdict.lint?.new).toHaveLength(200);
    expect(verdict.lint?.after).toBe(300);
    expect(verified).toBe(false);
    expect(warnings).toEqual([
      {
        code: 'results_cut',
        message:
          'The result is cut, and before.json and after.json have all of it: pass_to_pass names 1000 of 1500, lint.new names 200 of 300.',
      },
    ]);
    const lost = compare({ before: [tests(many('passed'))], after: [tests({})] }).verdict;
    expect(lost.regressions).toHaveLength(1_000);
  });

  it('has no lint where no linter ran', () => {
    expect(compare({}).verdict.lint).toBeNull();
  });
});

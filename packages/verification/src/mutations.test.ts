import type { CheckRun, TestCase } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { ComparedRuns } from './compare-runs.ts';
import { findMutationFault } from './find-mutation-fault.ts';
import { judgeMutation } from './judge-mutation.ts';
import { weighMutations } from './weigh-mutations.ts';

const run = (tests: Record<string, TestCase['status']>, format: CheckRun['format'] = 'drydock_ndjson') => [
  {
    kind: 'test' as const,
    command: 'node --test',
    exit_code: 0,
    duration_ms: 1,
    timed_out: false,
    format,
    tests: Object.entries(tests).map(([id, status]) => ({ id, status })),
    findings: [],
    output_tail: '',
  },
];
const OLD = 'test/old.test.ts::old';
const NEW = 'test/new.test.ts::new';

describe('judgeMutation', () => {
  const before = run({ [OLD]: 'passed' });
  const after = run({ [OLD]: 'passed', [NEW]: 'passed' });

  it.each([
    ['a new test that fails', { [OLD]: 'passed', [NEW]: 'failed' }, [], true, [NEW]],
    ['a new test in error', { [NEW]: 'errored' }, [], true, [NEW]],
    ['an old test of a file that the patch changes', { [OLD]: 'failed' }, ['test/old.test.ts'], true, [OLD]],
    ['not: only an old test', { [OLD]: 'failed', [NEW]: 'passed' }, [], false, [OLD]],
    ['not: tests that are absent, as where nothing loads', { 'test/new.test.ts': 'errored' }, [], false, []],
    ['not: tests that are skipped', { [OLD]: 'passed', [NEW]: 'skipped' }, [], false, []],
    ['not: nothing', { [OLD]: 'passed', [NEW]: 'passed' }, [], false, []],
  ] as const)('is caught by %s', (_claim, tests, changedPaths, killed, failedTests) => {
    const judged = judgeMutation({ before, after, mutated: run(tests), changedPaths });
    expect(judged).toEqual({ killed, failed_tests: failedTests });
  });

  it('is caught by a command that cannot tell its tests apart', () => {
    const sides = ['passed', 'passed', 'failed'].map((status) =>
      run({ '<make test>': status as TestCase['status'] }, 'exit_code'),
    );
    const [base = [], patched = [], mutated = []] = sides;
    expect(judgeMutation({ before: base, after: patched, mutated, changedPaths: [] }).killed).toBe(true);
  });
});

describe('weighMutations', () => {
  const compared: ComparedRuns = {
    verified: true,
    verdict: {
      before: { tests: null, lint: null },
      after: { tests: null, lint: null },
      fail_to_pass: [],
      pass_to_pass: [],
      regressions: [],
      added_pass: [],
      lint: null,
    },
    warnings: [],
  };
  const killed = { path: 'src/a.ts', line: 3, killed: true, failed_tests: [NEW] };
  const survivor = { path: 'src/a.ts', line: 9, killed: false, failed_tests: [] };

  it.each([
    ['all caught', [killed], [], true, []],
    ['one of two caught', [killed, survivor], [], true, ['mutation_survived']],
    ['none caught', [survivor], [], false, ['mutation_survived']],
    ['none run', [], ['a'], false, ['mutation_not_run']],
    ['none given', [], [], false, ['no_mutations']],
  ])('with %s', (_claim, runs, notRun, verified, codes) => {
    const weighed = weighMutations(compared, { runs, notRun });
    expect([weighed.verified, weighed.verdict.mutations]).toEqual([verified, runs]);
    expect(weighed.warnings.map(({ code }) => code)).toEqual(codes);
  });

  it('never verifies what the comparison did not', () => {
    const red = { ...compared, verified: false };
    expect(weighMutations(red, { runs: [killed], notRun: [] }).verified).toBe(false);
  });
});

describe('findMutationFault', () => {
  const judge = { namedPaths: ['tools/check.mjs'], addedPaths: ['src/new.ts'] };
  it.each([
    ['src/a.ts', undefined],
    ['../a.ts', 'has a part "." or ".."'],
    ['.git/hooks/x', 'belongs to git'],
    ['test/a.test.ts', 'is a test, or decides what is tested'],
    ['package.json', 'is a test, or decides what is tested'],
    ['node_modules/a/index.js', 'is a test, or decides what is tested'],
    ['tools/check.mjs', 'is a test, or decides what is tested'],
    ['src/new.ts', 'is not code under test: the patch adds it'],
  ])('says of %s: %s', (path, fault) => {
    expect(findMutationFault(path, judge)).toBe(fault);
  });
});

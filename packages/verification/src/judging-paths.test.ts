import { describe, expect, it } from 'vitest';
import { decidesChecks } from './judging-paths.ts';

describe('what decides the checks', () => {
  it.each([
    'test/a.js',
    'tests/test_a.py',
    'packages/x/src/a.test.ts',
    'a.spec.tsx',
    'calc_test.go',
    'pkg/test_calc.py',
    'conftest.py',
    'src/__tests__/a.js',
    'src/__snapshots__/a.snap',
    'test.js',
    'CalcTest.java',
    'package.json',
    'sub/pyproject.toml',
    'vitest.config.ts',
    '.oxlintrc.json',
    'eslint.config.mjs',
    '.flake8',
  ])('%s does', (path) => {
    expect(decidesChecks(path)).toBe(true);
  });

  it.each(['src/a.js', 'contest/a.js', 'latest.js', 'src/testing.ts', 'README.md', 'package-lock.json'])(
    '%s does not',
    (path) => {
      expect(decidesChecks(path)).toBe(false);
    },
  );
});

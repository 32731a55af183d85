import { describe, expect, it } from 'vitest';
import { decidesChecks, findNamedPaths } from './judging-paths.ts';

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
    '.npmrc',
    'scripts/test.mjs',
    'run.sh',
    'Makefile',
    'vite.config.ts',
    'tsconfig.build.json',
    'babel.config.js',
    '.babelrc',
    'ruff.toml',
    '.pylintrc',
    'biome.json',
    '.eslintignore',
    'tests.py',
    'test.py',
    'test-foo.js',
    'mocha.opts',
    '.mocharc.yml',
    '.taprc',
    'nyc.config.js',
    'node_modules/mocha/index.js',
    'node.config.json',
    'noxfile.py',
    'setup.py',
    'ava.config.js',
    'karma.conf.js',
    'playwright.config.ts',
    'cypress/e2e/a.cy.ts',
    'jest.setup.ts',
    'pytest.toml',
    '.pytest.ini',
    'sitecustomize.py',
    'pytest.py',
    '_pytest/__init__.py',
    'pluggy.py',
    'json.py',
  ])('%s does', (path) => {
    expect(decidesChecks(path)).toBe(true);
  });

  it.each([
    'src/a.js',
    'contest/a.js',
    'latest.js',
    'src/testing.ts',
    'README.md',
    'package-lock.json',
    'src/babel-plugin/a.js',
    'src/available.ts',
    'docs/vite.md',
  ])('%s does not', (path) => {
    expect(decidesChecks(path)).toBe(false);
  });
});

describe('the files that a command names', () => {
  it('are its words, as paths from the root of the repository', () => {
    const command = `sh ./run.sh && node --test "tools/check.mjs"; python3 -m pytest tests/`;
    expect(findNamedPaths(command)).toEqual(expect.arrayContaining(['run.sh', 'tools/check.mjs', 'tests']));
  });
});

describe('what a command names', () => {
  it('is found in a script as long as a package.json may be, in seconds and not in minutes', () => {
    const script = `${'/'.repeat((512 << 10) - 2)}x/`;
    expect(findNamedPaths(script)).toEqual([script.slice(0, -1)]);
  }, 5_000);
});

import { describe, expect, it } from 'vitest';
import { replacesRunner } from './replaces-runner.ts';

describe('what runs the tests is replaced', () => {
  it.each([
    'pytest.py',
    'pytest/__init__.py',
    'pytest',
    '_pytest/__init__.py',
    'pluggy.py',
    'json.py',
    'json/__init__.py',
    'os.py',
    'unittest.py',
    'random.cpython-311-x86_64-linux-gnu.so',
    'src/pytest.py',
    'drydock_pytest.py',
    'lib/sitecustomize.py',
    'usercustomize.py',
    'flake8/__init__.py',
    '.npmrc',
    'packages/a/.npmrc',
    '.yarnrc.yml',
    'node_modules/.bin/node',
    'node_modules',
    'packages/a/node_modules/vitest/index.js',
    'node_modules/test/index.js',
  ])('by %s', (path) => {
    expect(replacesRunner(path)).toBe(true);
  });

  it.each([
    'src/json.py',
    'mypackage/types.py',
    'json/data.json',
    'calc.py',
    'conftest.py',
    'pytest.ini',
    'src/pytest/plugin.py',
    'docs/pytest',
    'test/fixtures/node_modules/a/index.js',
    'package.json',
    'src/npmrc.js',
  ])('not by %s', (path) => {
    expect(replacesRunner(path)).toBe(false);
  });
});

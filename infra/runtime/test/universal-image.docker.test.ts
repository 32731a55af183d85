import { describe, expect, test } from 'vitest';
import { findSetup, isDockerMissing, runInImage } from './run-in-image.ts';

describe.skipIf(isDockerMissing())('the default sandbox image', () => {
  const run = (script: string) => runInImage(findSetup()?.imageId ?? '', ['sh', '-c', script]);

  test.each([
    ['node --version', /^v24\./],
    ['npm --version', /^\d+\./],
    ['npx --version', /^\d+\./],
    ['oxlint --version', /\d+\.\d+/],
    ['python --version', /^Python 3\./],
    ['python3 -m pytest --version', /^pytest /],
    ['flake8 --version', /^\d+\./],
    ['git --version', /^git version /],
    ['rg --version', /^ripgrep /],
    ['make --version', /^GNU Make /],
    ['jq --version', /^jq-/],
    ['locale', /LANG=C\.UTF-8/],
    ['for tool in ps less patch file unzip diff; do command -v $tool; done', /^(?:\/usr\/bin\/\w+\n){6}$/],
  ])('runs %s without network, root or a writable file system', async (command, expected) => {
    const { exitCode, output } = await run(command);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(expected) });
  });

  test('has no program that gives its caller another uid or gid', async () => {
    const { output } = await run('find / -xdev -perm /6000 2>/dev/null; echo end');
    expect(output).toBe('end\n');
  });

  test('runs tests and linters of a small project', async () => {
    const script = `set -e; cd /tmp
      printf 'def test_it():\\n    assert 1 + 1 == 2\\n' > test_it.py
      printf "import test from 'node:test';\\ntest('it', () => {});\\n" > it.test.mjs
      python3 -m pytest -q -p no:cacheprovider && flake8 test_it.py && node --test && oxlint it.test.mjs`;
    const { exitCode, output } = await run(script);
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: expect.stringMatching(/1 passed[^]*pass 1/),
    });
  });
});

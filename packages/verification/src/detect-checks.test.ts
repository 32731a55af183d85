import type { RequestedChecks } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { detectChecks } from './detect-checks.ts';
import { gatherRepoFacts } from './repo-facts.ts';

type Files = Readonly<Record<string, string>>;

/** The part of a sandbox that facts are gathered from, over files in memory. */
function sandboxOf(files: Files) {
  return {
    readFile: (path: string, maxBytes: number) =>
      Promise.resolve(
        files[path] === undefined ? undefined : new TextEncoder().encode(files[path]).subarray(0, maxBytes),
      ),
    listDir: (path: string) => {
      const prefix = path === '.' ? '' : `${path}/`;
      const inside = Object.keys(files).filter((name) => name.startsWith(prefix));
      return Promise.resolve([
        ...new Set(inside.map((name) => name.slice(prefix.length).split('/')[0] ?? '')),
      ]);
    },
  };
}

async function detect(files: Files, requested: RequestedChecks = {}) {
  const facts = await gatherRepoFacts(sandboxOf(files), new AbortController().signal);
  const { test, lint } = detectChecks(facts, requested);
  return [...test, ...lint].map(({ kind, command }) => `${kind}: ${command}`);
}

const packageJson = (scripts: unknown): Files => ({ 'package.json': JSON.stringify({ scripts }) });

describe('checks that a repository has', () => {
  it.each<[string, Files, string[]]>([
    ['a test script', packageJson({ test: 'node --test' }), ['test: npm test']],
    [
      'a test and a lint script',
      packageJson({ test: 'vitest', lint: 'eslint .' }),
      ['test: npm test', 'lint: npm run -s lint'],
    ],
    [
      "npm's default script and nothing else",
      packageJson({ test: 'echo "Error: no test specified" && exit 1' }),
      [],
    ],
    ['test files and no script', { 'test/a.test.mjs': '' }, ['test: node --test']],
    ['test files beside the sources', { 'src/a.test.ts': '', 'src/a.ts': '' }, ['test: node --test']],
    ['test_*.py under tests', { 'tests/test_calc.py': '' }, ['test: python3 -m pytest -q']],
    ['*_test.py in the root', { 'calc_test.py': '' }, ['test: python3 -m pytest -q']],
    ['pytest.ini', { 'pytest.ini': '' }, ['test: python3 -m pytest -q']],
    [
      'pytest and flake8 in pyproject.toml',
      { 'pyproject.toml': '[tool.pytest.ini_options]\n[tool.flake8]\n' },
      ['test: python3 -m pytest -q', 'lint: python3 -m flake8'],
    ],
    [
      'pytest and flake8 in setup.cfg',
      { 'setup.cfg': '[tool:pytest]\n[flake8]\n' },
      ['test: python3 -m pytest -q', 'lint: python3 -m flake8'],
    ],
    ['flake8 in tox.ini', { 'tox.ini': '[flake8]\n' }, ['lint: python3 -m flake8']],
    ['.flake8', { '.flake8': '' }, ['lint: python3 -m flake8']],
    ['a Python package without tests or configuration', { 'setup.cfg': '[metadata]', 'calc.py': '' }, []],
    [
      'both ecosystems',
      { ...packageJson({ test: 'x' }), 'tests/test_a.py': '' },
      ['test: npm test', 'test: python3 -m pytest -q'],
    ],
    ['nothing', { 'notes.md': '' }, []],
  ])('%s', async (_, files, commands) => {
    expect(await detect(files)).toEqual(commands);
  });

  it.each<[string, string]>([
    ['is not JSON', '{'],
    ['is a number', '1'],
    ['is null', 'null'],
    ['has a list of scripts', '{"scripts": ["test"]}'],
    ['has a script that is no text', '{"scripts": {"test": {"a": 1}, "lint": 7}}'],
    ['has an empty script', '{"scripts": {"test": "  "}}'],
    ['hides scripts in a prototype', '{"__proto__": {"scripts": {"test": "x"}}}'],
    ['is larger than what is read', `{"scripts": {"test": "${'x'.repeat(600_000)}"}}`],
  ])('are none where package.json %s', async (_, text) => {
    expect(await detect({ 'package.json': text })).toEqual([]);
  });

  it('stand back for what the job asks for; an empty list is none', async () => {
    const files = packageJson({ test: 'x', lint: 'y' });
    expect(await detect(files, { test: ['make check', 'make e2e'] })).toEqual([
      'test: make check',
      'test: make e2e',
      'lint: npm run -s lint',
    ]);
    expect(await detect(files, { test: [], lint: [] })).toEqual([]);
  });

  it('come with the reason for each', async () => {
    const facts = await gatherRepoFacts(sandboxOf(packageJson({ test: 'x' })), new AbortController().signal);
    expect(detectChecks(facts, { lint: ['make lint'] }).chosen).toEqual([
      'test: npm test (package.json has a test script)',
      'lint: make lint (the job asks for it)',
    ]);
  });
});

describe('files that checks name', () => {
  it('are those of the commands and of the scripts for tests, not those of the program', async () => {
    const files = packageJson({
      test: 'sh run.sh',
      'check:all': 'node a.mjs',
      start: 'node src/main.js',
      lint: 1,
    });
    const facts = await gatherRepoFacts(sandboxOf(files), new AbortController().signal);
    const { namedPaths } = detectChecks(facts, { lint: ['./lint.sh .'] });
    expect(namedPaths).toEqual(expect.arrayContaining(['run.sh', 'a.mjs', 'lint.sh']));
    expect(namedPaths).not.toContain('src/main.js');
  });
});

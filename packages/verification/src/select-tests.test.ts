import { describe, expect, test } from 'vitest';
import { selectTests, type TestSelection } from './select-tests.ts';
import { TEST_RUNNERS } from './test-runners.ts';

const facts = (script?: string) => ({
  names: new Map(),
  texts: new Map(
    script === undefined ? [] : [['package.json', JSON.stringify({ scripts: { test: script } })]],
  ),
});
/** The command that runs less; undefined where that is not possible. */
function select(command: string, selection: TestSelection, script?: string): string | undefined {
  const selected = selectTests([{ kind: 'test', command }], selection, facts(script));
  return selected.kind === 'selected' ? selected.checks[0]?.command : undefined;
}

describe('selectTests', () => {
  test.each<[runner: string, command: string, file: string, name: string, selected: string]>([
    [
      'node:test',
      'node --import tsx --test "test/**/*.test.ts"',
      'test/a.test.ts',
      'adds (1)',
      String.raw`node --import tsx --test '--test-name-pattern=adds \(1\)' test/a.test.ts`,
    ],
    ['vitest', 'npx vitest run src', 'src/a.test.ts', 'adds', 'npx vitest run -t adds src/a.test.ts'],
    ['jest', 'jest --ci src', 'src/a.test.js', "it's", String.raw`jest --ci -t 'it'\''s' src/a.test.js`],
    ['mocha', 'CI=1 mocha -r esm test', 'test/a.js', 'adds', 'CI=1 mocha -r esm --fgrep adds test/a.js'],
    [
      'pytest',
      'python3 -m pytest -q -n 2 tests',
      'tests/test_a.py',
      'not test_add[1-2]',
      "python3 -m pytest -q -n 2 -k 'test_add and 1 and 2' tests/test_a.py",
    ],
    [
      'unittest',
      'python3 -m unittest -v',
      'tests/test_a.py',
      'adds',
      'python3 -m unittest -v -k adds tests/test_a.py',
    ],
    [
      'go test',
      'go test -count 1 ./...',
      'pkg/a/a_test.go',
      'TestAdd',
      'go test -count 1 -run TestAdd ./pkg/a',
    ],
    ['cargo test', 'cargo test --locked', 'tests/it.rs', 'adds', 'cargo test --locked adds --test it'],
  ])('tells %s to run one file, and tests by name', (runner, command, file, name, selected) => {
    expect(TEST_RUNNERS.find(({ program }) => program.test(command))?.name).toBe(runner);
    expect(select(command, { file, name })).toBe(selected);
  });

  test('knows an example of every runner', () => {
    expect(TEST_RUNNERS).toHaveLength(8);
  });

  test('runs what npm test runs, and keeps its files where only a name is asked for', () => {
    expect(select('npm test', { name: 'x' }, 'node --test test/')).toBe(
      'node --test --test-name-pattern=x test/',
    );
    expect(select('npm test', { file: 'a.test.ts' }, 'vitest run')).toBe(
      'npm exec --no -- vitest run a.test.ts',
    );
  });

  test('leaves the whole suite as it is', () => {
    expect(select('make test | tee log', {})).toBe('make test | tee log');
  });

  test.each<[command: string, selection: TestSelection, script?: string]>([
    ['make test', { name: 'x' }],
    ['npm test', { name: 'x' }],
    ['npm test', { name: 'x' }, 'tsc && node --test'],
    ['python3 -m pytest', { file: 'a.test.ts' }],
    ['node server.js', { name: 'x' }],
  ])('does not pretend that %s can run %j', (command, selection, script) => {
    expect(select(command, selection, script)).toBeUndefined();
  });

  test.each(['$(touch /tmp/x).py', 'a b.py', '-rf.py', '`id`.py', ";id;'.py"])(
    'hands %j on as one word that is no flag',
    (file) => {
      const word = select('pytest', { file })?.slice('pytest '.length) ?? '';
      expect(word).toMatch(/^(?:'(?:[^']|'\\'')*'|\.\/-rf\.py)$/);
    },
  );

  test('takes those commands of several that can run the file', () => {
    const checks = ['npm test', 'python3 -m pytest'].map((command) => ({ kind: 'test' as const, command }));
    expect(selectTests(checks, { file: 'a_test.py' }, facts('node --test'))).toEqual({
      kind: 'selected',
      checks: [{ kind: 'test', command: 'python3 -m pytest a_test.py' }],
    });
  });
});

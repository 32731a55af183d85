import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FULL_INJECTION, reduceInjection, testEnvironment } from '../src/check-environment.ts';
import { TestReportParser } from '../src/test-report-parser.ts';

const REPORTERS = fileURLToPath(new URL('../reporters', import.meta.url));
const REPORT = '/tmp/report.ndjson';

describeWith('docker', 'the pytest plugin', () => {
  let repository = '';
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'drydock-pytest-'));
    // The user inside is another one.
    chmodSync(repository, 0o755);
  });
  afterEach(() => rmSync(repository, { recursive: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(repository, path)), { recursive: true });
      writeFileSync(join(repository, path), text);
    }
  }

  /** Runs a command as a check does, in the sandbox image; everything it can read is read-only. */
  function runInImage(command: string) {
    const variables = Object.entries(testEnvironment(REPORT, FULL_INJECTION));
    const env = variables.flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const mounts = ['-v', `${REPORTERS}:/opt/drydock/reporters:ro`, '-v', `${repository}:/job/work:ro`];
    const limits = ['--rm', '--network', 'none', '--user', '65534:65534', '--read-only', '--tmpfs', '/tmp'];
    const script = `(${command}) >/tmp/output 2>&1; echo $?; cat ${REPORT} 2>/dev/null; echo ---; cat /tmp/output`;
    // The container ends by itself, whatever becomes of the client that started it.
    const bounded = ['timeout', '40', 'sh', '-c', script];
    const args = [
      'run',
      ...limits,
      ...mounts,
      '-w',
      '/job/work',
      ...env,
      readSetupFacts().imageId,
      ...bounded,
    ];
    const { stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 50_000 });
    const [, exitCode, report = '', output] = /^(\d+)\n(.*?)---\n(.*)$/s.exec(stdout) ?? [];
    if (exitCode === undefined) throw new Error(`The container did not answer: ${stderr}`);
    const parser = new TestReportParser();
    parser.push(report);
    return { exitCode: Number(exitCode), tests: parser.finish(), output: output ?? '' };
  }

  it('names tests by their node ids, and says how each ended', () => {
    write({
      'tests/test_a.py': `
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("setup")

@pytest.fixture
def leaves():
    yield
    raise RuntimeError("teardown")

def test_ok(): pass
def test_bad(): assert 1 + 1 == 3
def test_setup(broken): pass
def test_teardown(leaves): pass
@pytest.mark.skip
def test_skip(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.xfail
def test_unexpected(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.parametrize("v", ["a b", "\\u00e9"])
def test_param(v): pass
class TestClass:
    def test_method(self): pass
`,
      'tests/test_broken.py': 'import nothing_here\n',
    });
    const { exitCode, tests } = runInImage('python3 -m pytest -q');
    expect(exitCode).toBe(1);
    const file = 'tests/test_a.py';
    expect(tests?.map(({ id, status }) => `${status} ${id}`)).toEqual([
      'errored tests/test_broken.py',
      `passed ${file}::test_ok`,
      `failed ${file}::test_bad`,
      `errored ${file}::test_setup`,
      `errored ${file}::test_teardown`,
      `skipped ${file}::test_skip`,
      `skipped ${file}::test_expected`,
      `passed ${file}::test_unexpected`,
      `failed ${file}::test_strict`,
      `passed ${file}::test_param[a b]`,
      `passed ${file}::test_param[\\xe9]`,
      `passed ${file}::TestClass::test_method`,
    ]);
    expect(tests?.[2]).toMatchObject({ file, line: 14, message: 'assert (1 + 1) == 3' });
    expect(tests?.[0]?.message).toContain('ModuleNotFoundError');
  });

  it('tells a run of no test from a run without pytest', () => {
    expect(runInImage('python3 -m pytest -q')).toMatchObject({ exitCode: 5, tests: [] });
    expect(runInImage('python3 -c "print(1)"')).toEqual({ exitCode: 0, tests: undefined, output: '1\n' });
  });

  it('is left out for a command that hides it', () => {
    const { tests, output } = runInImage('PYTHONPATH=. python3 -m pytest -q');
    expect(tests).toBeUndefined();
    expect(reduceInjection(FULL_INJECTION, output)).toEqual({ node: 'with_spec', pytest: 'off' });
  });
});

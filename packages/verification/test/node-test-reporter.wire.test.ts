import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Injection } from '../src/check-environment.ts';
import {
  FULL_INJECTION,
  lintEnvironment,
  reduceInjection,
  testEnvironment,
} from '../src/check-environment.ts';
import { TestReportParser } from '../src/test-report-parser.ts';

const REPORTERS = fileURLToPath(new URL('../reporters', import.meta.url));

describe('the node:test reporter', () => {
  let root = '';
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'drydock-node-test-')));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }

  /** Runs Node as a check does; paths of the sandbox are those of this machine. */
  function runNode(args: readonly string[], injection: Injection = FULL_INJECTION, cwd = root) {
    return run(process.execPath, args, { injection, cwd });
  }

  function run(program: string, args: readonly string[], { injection = FULL_INJECTION, cwd = root } = {}) {
    const report = join(root, 'report.ndjson');
    rmSync(report, { force: true });
    const env = Object.entries(testEnvironment(report, injection)).map(([name, value]) => [
      name,
      value.replaceAll('/opt/drydock/reporters', REPORTERS).replace('/job/work', root),
    ]);
    const PATH = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
    const options = {
      cwd,
      env: { ...Object.fromEntries(env), PATH },
      encoding: 'utf8',
      timeout: 15_000,
    } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    return { status, output: stdout + stderr, report };
  }

  function read(report: string) {
    const parser = new TestReportParser();
    parser.push(readFileSync(report, 'latin1'));
    return parser.finish();
  }

  const idsOf = (report: string) => read(report)?.map(({ id, status }) => `${status} ${id}`);

  it('names every test by file, suites and name, and says how it ended', () => {
    write({
      'test/a.test.mjs': `
import { describe, it, test } from 'node:test';
import assert from 'node:assert';
describe('outer', () => {
  describe('inner', () => { it('ok', () => {}); it('bad', () => assert.equal(1, 2)); it('ok', () => {}); });
  it.skip('skipped', () => {});
  it.todo('todo', () => assert.fail());
});
test('parent', async (t) => { await t.test('kid', () => {}); assert.fail('own \\u{1F600}'); });
`,
    });
    const { status, output, report } = runNode(['--test']);
    expect(status).toBe(1);
    expect(output).toContain('✖ bad');
    const file = 'test/a.test.mjs';
    const tests = read(report) ?? [];
    expect(tests.every((test) => (test.duration_ms ?? -1) >= 0)).toBe(true);
    expect(tests.map((test) => ({ ...test, duration_ms: undefined }))).toEqual([
      { id: `${file}::outer > inner > ok`, status: 'passed', file, line: 5 },
      { id: `${file}::outer > inner > bad`, status: 'failed', file, line: 5, message: '1 == 2' },
      { id: `${file}::outer > inner > ok#2`, status: 'passed', file, line: 5 },
      { id: `${file}::outer > skipped`, status: 'skipped', file, line: 6 },
      { id: `${file}::outer > todo`, status: 'skipped', file, line: 7 },
      { id: `${file}::parent > kid`, status: 'passed', file, line: 9 },
      { id: `${file}::parent`, status: 'failed', file, line: 9, message: 'own \u{1F600}' },
    ]);
    expect(readFileSync(report).every((byte) => byte < 0x7f)).toBe(true);
  });

  it('reports files and suites that break by themselves as errored, and files that merely end well not at all', () => {
    write({
      'test/broken.test.mjs': 'import { x } from "./nothing.mjs";',
      'test/exits.test.mjs': 'process.exit(3);',
      'test/leaves.test.mjs': 'import { test } from "node:test"; process.exit(0); test("never", () => {});',
      'test/plain.test.mjs': 'console.log("no test in here");',
      'test/suites.test.mjs': `
import { before, describe, it } from 'node:test';
describe('hooked', () => { before(() => { throw new Error('hook'); }); it('never', () => {}); });
`,
    });
    const { report } = runNode(['--test']);
    expect(idsOf(report)).toEqual([
      'errored test/broken.test.mjs',
      'errored test/exits.test.mjs',
      'errored test/suites.test.mjs::hooked > never',
      'errored test/suites.test.mjs::hooked',
    ]);
    expect(read(report)?.[0]?.message).toContain('ERR_MODULE_NOT_FOUND');
  });

  const ONE = 'import { test } from "node:test"; test("one", () => {});';

  it('names files by the root of the repository, wherever the command runs', () => {
    write({ 'packages/a/a.test.mjs': ONE });
    const { report } = runNode(['--test'], FULL_INJECTION, join(root, 'packages/a'));
    expect(idsOf(report)).toEqual(['passed packages/a/a.test.mjs::one']);
  });

  it('reports a test file that is run without --test, and adds to what another runner reported', () => {
    const twice = 'for (const _ of [1, 2]) child_process.execFileSync(process.execPath, ["a.mjs"]);';
    write({ 'a.mjs': ONE });
    expect(idsOf(runNode(['-e', twice]).report)).toEqual(['passed a.mjs::one', 'passed a.mjs::one#2']);
  });

  it('tells a run of no test from a run without a runner', () => {
    write({ 'script.mjs': 'console.log("hello")' });
    expect(read(runNode(['--test']).report)).toEqual([]);
    const script = runNode(['script.mjs']);
    expect(script).toMatchObject({ status: 0, output: 'hello\n' });
    expect(() => readFileSync(script.report)).toThrow('ENOENT');
  });

  it.each([
    ['node-options', 'node-options=--import=data:text/javascript,process.exit(0)'],
    ['script-shell', 'script-shell=/bin/true'],
  ])('reports under npm whatever `.npmrc` says about %s', (_, npmrc) => {
    const scripts = { test: 'node --test' };
    write({ 'package.json': JSON.stringify({ scripts }), '.npmrc': `${npmrc}\n`, 'a.test.mjs': ONE });
    const { status, report } = run('npm', ['test']);
    expect(status).toBe(0);
    expect(idsOf(report)).toEqual(['passed a.test.mjs::one']);
  });

  it('leaves scripts of a linter without options of Node under npm', () => {
    write({
      'package.json': '{"scripts":{"lint":"node -p process.env.NODE_OPTIONS"}}',
      '.npmrc': 'node-options=-x',
    });
    const env = { ...lintEnvironment(), PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` };
    const { stdout } = spawnSync('npm', ['run', '-s', 'lint'], {
      cwd: root,
      env,
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect(stdout).toBe('undefined\n');
  });

  it('does not disturb workers and child processes that inherit the environment', () => {
    write({
      'main.mjs': `
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
process.stdout.write(execFileSync(process.execPath, ['-p', '1']));
new Worker('console.log(2)', { eval: true, env: { ...process.env }, execArgv: [] });
`,
    });
    expect(runNode(['main.mjs'])).toMatchObject({ status: 0, output: '1\n2\n' });
  });

  it('stands beside a reporter that the command names, with or without a destination', () => {
    write({ 'a.test.mjs': ONE });
    const withDestination = runNode(['--test', '--test-reporter=tap', '--test-reporter-destination=stdout']);
    expect(withDestination.status).toBe(0);
    expect(idsOf(withDestination.report)).toEqual(['passed a.test.mjs::one']);

    const args = ['--test', '--test-reporter=tap'];
    const refused = runNode(args);
    expect(refused.status).toBe(1);
    const reduced = reduceInjection(FULL_INJECTION, refused.output);
    expect(reduced).toEqual({ node: 'beside_own', pytest: 'plugin' });
    const beside = runNode(args, reduced);
    expect(beside.output).toContain('TAP version 13');
    expect(idsOf(beside.report)).toEqual(['passed a.test.mjs::one']);
  });

  it('is bounded in names and messages, and survives what cannot be printed', () => {
    write({
      'a.test.mjs': `
import { test } from 'node:test';
test('n'.repeat(5_000), () => { throw new Error('m'.repeat(5_000)); });
test('odd', () => { throw Object.create(null); });
`,
    });
    const { report } = runNode(['a.test.mjs']);
    const [long, odd] = read(report) ?? [];
    expect(long?.id).toHaveLength(1_000);
    expect(long?.message).toHaveLength(2_000);
    expect(odd).toMatchObject({ id: 'a.test.mjs::odd', status: 'failed' });
  });

  it('stops writing over 16 MiB, with a file that no reader takes', () => {
    write({
      'a.test.mjs': `
import { test } from 'node:test';
for (let n = 0; n < 1_500; n += 1) test(String(n), () => { throw new Error('\\u00e9'.repeat(2_000)); });
`,
    });
    const { report } = runNode(['--test-force-exit', 'a.test.mjs']);
    const { length } = readFileSync(report);
    expect(length).toBeGreaterThan(16 << 20);
    expect(length).toBeLessThan((16 << 20) + 20_000);
  });
});

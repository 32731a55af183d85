import { describeWith } from '@drydock/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ToolJob } from './tool-world.ts';
import { ToolWorld, filesOf } from './tool-world.ts';

const NODE = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test test/*.test.js' } }),
  'test/sum.test.js': `import { test } from 'node:test';
import assert from 'node:assert/strict';
test('adds', () => assert.equal(1 + 1, 3));
test('subtracts', () => assert.equal(2 - 1, 1));
`,
  'test/other.test.js': `import { test } from 'node:test';
test('is fine', () => console.log('said by the test'));
`,
};
const PYTHON = {
  'test_sum.py': 'def test_adds():\n    assert 1 + 1 == 3\n\ndef test_more():\n    pass\n',
};

describeWith('docker', 'the test_runner of a job', () => {
  let world: ToolWorld;
  let job: ToolJob | undefined;
  const open = async (...start: Parameters<ToolWorld['start']>): Promise<ToolJob> =>
    (job = await world.start(...start));

  beforeAll(async () => {
    world = await ToolWorld.open();
  });
  afterEach(async () => {
    await job?.[Symbol.asyncDispose]();
    job = undefined;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('runs the suite, one file, or tests by name, failures first, and keeps all that was printed', async () => {
    const { ask, kept, events } = await open(['test_runner'], filesOf(NODE));
    const all = await ask('run_tests', {});
    expect(all).toMatch(/^FAIL test\/sum\.test\.js::adds \(test\/sum\.test\.js:3\)\n {4}/);
    expect(all).toContain('Run 1: 1 failed, 0 errored, 2 passed, 0 skipped.\n$ npm test: exit code 1');
    expect(await ask('run_tests', { file: 'test/other.test.js' })).toMatch(
      /^Run 2: 0 failed, 0 errored, 1 passed, 0 skipped\.\n\$ node --test test\/other\.test\.js: exit code 0/,
    );
    expect(await ask('run_tests', { name: 'subtracts' })).toMatch(/^Run 3: 0 failed, 0 errored, 1 passed/);
    expect(await ask('test_log', { run: 2 })).toContain('said by the test');
    expect(kept.get('test-log-2.txt')).toContain('said by the test');
    const shown = events.flatMap((event) => (event.type === 'command.started' ? [event.data.cmd] : []));
    expect(shown).toEqual([
      'npm test',
      'node --test test/other.test.js',
      'node --test --test-name-pattern=subtracts test/*.test.js',
    ]);
    expect(events.filter(({ type }) => type === 'policy.decided')).toHaveLength(4);
  });

  it('runs pytest, also while the workspace is read-only', async () => {
    const { ask } = await open(['test_runner'], filesOf(PYTHON));
    const all = await ask('run_tests', { file: 'test_sum.py' });
    expect(all).toMatch(/^FAIL test_sum\.py::test_adds \(test_sum\.py:1\)\n/);
    expect(all).toContain('1 failed, 0 errored, 1 passed, 0 skipped.');
    expect(await ask('run_tests', { name: 'test_more' })).toContain('0 failed, 0 errored, 1 passed');
  });

  it('runs what the job asks for, through the gate like any command', async () => {
    const checks = { test: ['curl https://example.test/'] };
    const { call, events } = await open(['test_runner'], filesOf(NODE), { checks });
    expect(await call('run_tests', {})).toMatchObject({ kind: 'refused', reason: 'approval_required' });
    expect(events.map(({ type }) => type)).toEqual(['policy.decided']);
  });

  it('stops at its time, and says what the command printed until then', async () => {
    const checks = { test: ['echo begun; sleep 60'] };
    const { ask } = await open(['test_runner'], filesOf(NODE), { checks });
    const text = await ask('run_tests', { timeout_seconds: 1 });
    expect(text).toContain('stopped at its time limit');
    expect(text).toContain('begun');
  });

  it('says what it cannot do', async () => {
    const { call } = await open(['test_runner'], filesOf({ 'README.md': 'x' }));
    expect(await call('run_tests', {})).toMatchObject({ kind: 'refused', reason: 'no_tests' });
    expect(await call('test_log', { run: 1 })).toMatchObject({
      message: 'There is no log of run 1. Runs that can be read: none yet.',
    });
  });
});

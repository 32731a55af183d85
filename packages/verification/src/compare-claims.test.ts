import type { CheckClaim, CheckRun } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { compareClaims } from './compare-claims.ts';
import { normaliseCommand } from './normalise-command.ts';

const run = (change: Partial<CheckRun>): CheckRun => ({
  kind: 'test',
  command: 'node --test',
  exit_code: 0,
  duration_ms: 1,
  timed_out: false,
  format: 'drydock_ndjson',
  tests: [],
  findings: [],
  output_tail: '',
  ...change,
});
const GREEN = run({ tests: [{ id: 'test/a.test.ts::adds', status: 'passed' }] });
const RED = run({ exit_code: 1, tests: [{ id: 'test/a.test.ts::adds', status: 'failed' }] });
const LINT = run({ kind: 'lint', command: 'npm run -s lint', format: 'unix' });
const FINDING = { file: 'a.ts', line: 1, rule: 'r', message: 'm' };

const said = (
  claim: [string, CheckClaim['outcome']],
  after: readonly CheckRun[],
  verdict: { regressions?: string[]; new?: (typeof FINDING)[] } = {},
): string[] =>
  compareClaims([{ command: claim[0], outcome: claim[1] }], {
    after,
    verdict: {
      regressions: verdict.regressions ?? [],
      lint: { before: 0, after: 0, new: verdict.new ?? [] },
    },
  }).map(({ code, message }) => `${code}: ${message}`);

const CONTRADICTED = 'claim_contradicted: The agent says that';

describe('compareClaims', () => {
  it.each<[string, Parameters<typeof said>, string[]]>([
    ['is silent where the run passed too', [['node --test', 'passed'], [GREEN]], []],
    ['is silent where the agent says that it failed', [['node --test', 'failed'], [RED]], []],
    ['is silent where the agent did not run it', [['node --test', 'not_run'], [RED]], []],
    ['is silent on what Drydock did not run', [['tsc --noEmit', 'passed'], [RED]], []],
    [
      'contradicts a command that failed',
      [['cd /job/work && node  --test 2>&1', 'passed'], [RED]],
      [
        `${CONTRADICTED} "cd /job/work && node  --test 2>&1" passed. Drydock's run of it ended with 1, and 1 test failed.`,
      ],
    ],
    [
      'contradicts a command that did not end',
      [['node --test', 'passed'], [run({ exit_code: null, timed_out: true })]],
      [`${CONTRADICTED} "node --test" passed. Drydock's run of it did not end in time.`],
    ],
    [
      'contradicts a command that ends well without a test that was there',
      [['node --test', 'passed'], [GREEN], { regressions: ['test/a.test.ts::gone', 'x'] }],
      [`${CONTRADICTED} "node --test" passed. In Drydock's run 2 tests that passed before did not pass.`],
    ],
    [
      'contradicts a linter with new findings',
      [['npm run -s lint', 'passed'], [RED, LINT], { new: [FINDING] }],
      [`${CONTRADICTED} "npm run -s lint" passed. Drydock's run of it has 1 finding more than before.`],
    ],
    [
      'contradicts another command that runs all tests',
      [['npm test', 'passed'], [RED]],
      [`${CONTRADICTED} "npm test" passed. In Drydock's run 1 test failed.`],
    ],
    [
      'contradicts a command over the file that fails',
      [['node --test ./test/a.test.ts', 'passed'], [RED]],
      [`${CONTRADICTED} "node --test ./test/a.test.ts" passed. In Drydock's run 1 test failed.`],
    ],
    [
      'is silent on a command over a file that does not',
      [['node --test test/b.test.ts', 'passed'], [RED]],
      [],
    ],
  ])('%s', (_claim, args, expected) => {
    expect(said(...args)).toEqual(expected);
  });
});

describe('normaliseCommand', () => {
  it.each([
    ['  npm   test ', 'npm test'],
    ['cd /job/work && npm test 2>&1', 'npm test'],
    ['cd . && npm test', 'npm test'],
    ['cd sub && npm test', 'cd sub && npm test'],
    ['npm test | tail', 'npm test | tail'],
  ])('takes %j for %j', (command, line) => {
    expect(normaliseCommand(command)).toBe(line);
  });
});

import { expect, test } from 'vitest';
import { findSourceViolations } from './source-rules.ts';

const rulesOf = (text: string, path = 'packages/queue/src/job-store.ts'): string[] =>
  findSourceViolations(path, text).map(({ rule }) => rule);

test.each([
  ['clock', 'const at = new Date();', 'const at = new Date(job.createdAt);'],
  ['clock', 'const at = new Date;', `const note = 'new Date()'; // new Date() is elsewhere`],
  ['star-export', `export * from './a.ts';`, `export { a } from './a.ts';`],
  ['swallowed-error', 'work().catch(() => {});', 'work().catch((error) => log.error(error));'],
  [
    'swallowed-error',
    'work().catch((error) => {});',
    'const found = await stat(path).catch(() => undefined);',
  ],
  [
    'disable-reason',
    '// oxlint-disable-next-line complexity',
    '// oxlint-disable-line complexity -- one flat table',
  ],
  ['disable-reason', '// @ts-expect-error', '// @ts-expect-error a plain string is no JobId'],
  ['disable-reason', '/* eslint-disable */', '// oxfmt-ignore -- the columns are aligned'],
])('%s refuses %j and allows %j', (rule, refused, allowed) => {
  expect(rulesOf(refused)).toEqual([rule]);
  expect(rulesOf(allowed)).toEqual([]);
});

test.each(['utils', 'string-utils', 'helpers', 'test-helper', 'common', 'lease-manager'])(
  'a file may not be named %s',
  (name) => {
    expect(rulesOf('', `packages/queue/src/${name}.ts`)).toEqual(['file-name']);
  },
);

test('a name that only contains a banned word is allowed', () => {
  expect(rulesOf('', 'packages/queue/src/commonplace.ts')).toEqual([]);
});

test('a folder may not have a banned name either', () => {
  expect(rulesOf('', 'packages/queue/src/utils/keys.ts')).toEqual(['file-name']);
});

test('an escape names its rule and its reason, and holds for its own line only', () => {
  expect(rulesOf('const at = new Date(); // allow clock: the banner shows the day')).toEqual([]);
  expect(rulesOf('const at = new Date(); // allow clock:')).toEqual(['clock']);
  expect(rulesOf('const at = new Date(); // allow star-export: the banner shows the day')).toEqual(['clock']);
  expect(rulesOf('// allow clock: the banner shows the day\nconst at = new Date();')).toEqual(['clock']);
});

test('the clock itself may tell the time', () => {
  expect(rulesOf('const at = new Date();', 'packages/service-kit/src/system-clock.ts')).toEqual([]);
});

test('reports the line, behind literals that look like code', () => {
  const text = "const a = /`/; const b = `\nnew Date()\n`;\nconst c = 1 / 2; // '\nnew Date();";
  expect(findSourceViolations('a.ts', text)).toEqual([
    { line: 5, rule: 'clock', message: 'Time comes from the Clock port.' },
  ]);
});

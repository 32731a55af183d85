import { expect, it } from 'vitest';
import { findPathProblem } from './check-path.ts';

it.each(['a', 'src/a.ts', '.gitignore', '.github/x', 'git', 'a.git', '.gitx', 'git~', 'ä/ö', 'a b', '...'])(
  'takes %j',
  (path) => {
    expect(findPathProblem(path)).toBeUndefined();
  },
);

it.each([
  ['', 'it has an empty part'],
  ['/a', 'it is absolute'],
  ['a/', 'it has an empty part'],
  ['./a', 'it has a part "."'],
  ['a/../b', 'it has a part ".."'],
  ['a\0', 'it contains NUL'],
  ['\ud800', 'it is not Unicode'],
  ['x'.repeat(1_025), 'it is longer than 1024 bytes'],
  ['x'.repeat(256), 'it has a part longer than 255 bytes'],
])('refuses %j: %s', (path, reason) => {
  expect(findPathProblem(path)).toBe(reason);
});

it.each([
  '.git',
  '.GIT/config',
  'a/.Git',
  '.git. /x',
  '.git ',
  'git~1',
  'GIT~2/x',
  '.git::$INDEX_ALLOCATION/x',
  '.g\u200cit',
  '.git\\hooks',
])('refuses %j, which is a repository on some file system', (path) => {
  expect(findPathProblem(path)).toBe('it has a part that some file system takes for ".git"');
});

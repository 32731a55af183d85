import { expect, it } from 'vitest';
import { findPathFault } from './find-path-fault.ts';

it.each([
  'a',
  'src/index.ts',
  '.gitignore',
  '.github/workflows/ci.yml',
  'git',
  'a.git',
  '.gitx',
  'git~',
  'a..b/...c',
  '...',
  'ünï/コード.ts',
  'a b/-rf',
  'system-systemd\\x2dcryptsetup.slice',
  'x'.repeat(255),
])('takes %j', (path) => {
  expect(findPathFault(path)).toBeUndefined();
});

it.each([
  ['', 'is empty'],
  ['/etc/passwd', 'is absolute'],
  ['../x', 'has a part "." or ".."'],
  ['a/../../x', 'has a part "." or ".."'],
  ['./a', 'has a part "." or ".."'],
  ['..\\x', 'has a part "." or ".."'],
  ['a//b', 'has an empty part'],
  ['a/', 'has an empty part'],
  ['a\0b', 'has a control character'],
  ['a\nb', 'has a control character'],
  ['a\u007Fb', 'has a control character'],
  ['a\u0085b', 'has a control character'],
  ['a\uD800', 'is not valid Unicode'],
  ['x/'.repeat(512) + 'x', 'is longer than 1024 bytes'],
  ['x'.repeat(256), 'has a part longer than 255 bytes'],
  ['é'.repeat(128), 'has a part longer than 255 bytes'],
])('refuses %j: it %s', (path, fault) => {
  expect(findPathFault(path)).toBe(fault);
});

it.each([
  '.git',
  '.GIT/hooks/post-checkout',
  'sub/.Git/config',
  '.git./config',
  '.git. /x',
  '.git ',
  'git~1',
  'GIT~1/config',
  'GIT~27/x',
  '.git:a',
  '.git::$INDEX_ALLOCATION/x',
  '.g\u200Cit/config',
  '.g\u2060it',
  '\uFEFF.git',
  '.git\\hooks',
  'a\\.git',
])('refuses %j, which is a repository on some file system', (path) => {
  expect(findPathFault(path)).toBe('belongs to git');
});

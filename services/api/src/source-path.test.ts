import { describe, expect, it } from 'vitest';
import { findPathFault } from './source-path.ts';

describe('findPathFault', () => {
  it.each([
    'a',
    'src/index.ts',
    '.gitignore',
    '.github/workflows/ci.yml',
    'git',
    'a..b/...c',
    'ünï/コード.ts',
    'a b/-rf',
    'x'.repeat(255),
  ])('takes %j', (path) => {
    expect(findPathFault(path)).toBeUndefined();
  });

  it.each([
    ['/etc/passwd', 'not relative'],
    ['../x', '`..`'],
    ['a/../../x', '`..`'],
    ['a/./b', '`.`'],
    ['a//b', 'empty component'],
    ['a/', 'empty component'],
    ['.git', '`.git`'],
    ['.GIT/hooks/post-checkout', '`.git`'],
    ['sub/.git/config', '`.git`'],
    ['.git./config', '`.git`'],
    ['.git /config', '`.git`'],
    ['GIT~1/config', '`.git`'],
    ['.g\u200Cit/config', '`.git`'],
    ['a\0b', 'control character'],
    ['a\nb', 'control character'],
    ['a\u0085b', 'control character'],
    ['..\\x', 'backslash'],
    ['a\uD800', 'Unicode'],
    ['x'.repeat(256), '255 bytes'],
    ['é'.repeat(128), '255 bytes'],
  ])('refuses %j', (path, reason) => {
    expect(findPathFault(path)).toContain(reason);
  });
});

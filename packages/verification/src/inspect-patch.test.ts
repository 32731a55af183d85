import { DrydockError } from '@drydock/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectPatch } from './inspect-patch.ts';

const HASHES = `index ${'0'.repeat(40)}..${'1'.repeat(40)}`;

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const header = (name: string) => `diff --git a/${name} b/${name}\n`;
const quotedHeader = (name: string) => `diff --git "a/${name}" "b/${name}"\n`;
const added = (name: string, mode = '100644') =>
  `${header(name)}new file mode ${mode}\n${HASHES}\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+x\n`;
const modified = (name: string) =>
  `${header(name)}${HASHES} 100644\n--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-x\n+y\n`;
const deleted = (name: string, mode = '100644') =>
  `${header(name)}deleted file mode ${mode}\n${HASHES}\n--- a/${name}\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n`;
const file = (path: string, kind: string, mode: string | undefined) => ({
  path,
  kind,
  mode,
  isSymlink: mode === '120000',
});

/** Why a patch is refused; undefined when it is not. Anything but a refusal is thrown on. */
function refusalOf(diff: string): string | undefined {
  try {
    inspectPatch(bytes(diff));
    return undefined;
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'patch_rejected') return error.message;
    throw error;
  }
}

describe('a patch', () => {
  it.each([
    ['that is empty', '', []],
    ['that adds', added('src/a.js'), [file('src/a.js', 'added', '100644')]],
    ['that changes', modified('a'), [file('a', 'modified', '100644')]],
    ['that deletes', deleted('a'), [file('a', 'deleted', undefined)]],
    [
      'that only changes a mode',
      `${header('a')}old mode 100644\nnew mode 100755\n`,
      [file('a', 'modified', '100755')],
    ],
    [
      'that adds an empty file',
      `${header('a')}new file mode 100644\n${HASHES}\n`,
      [file('a', 'added', '100644')],
    ],
    [
      'that makes a link of a file',
      deleted('a') + added('a', '120000'),
      [file('a', 'deleted', undefined), file('a', 'added', '120000')],
    ],
    [
      'that makes a link of a directory',
      deleted('d/x') + added('d', '120000'),
      [file('d/x', 'deleted', undefined), file('d', 'added', '120000')],
    ],
    [
      'that makes a directory of a link',
      deleted('d', '120000') + added('d/x'),
      [file('d', 'deleted', undefined), file('d/x', 'added', '100644')],
    ],
    [
      'of binary files',
      `${header('a')}${HASHES} 100644\nGIT binary patch\nliteral 1\nIcmZPo0000\n\nliteral 0\nHcmV?d00001\n\n`,
      [file('a', 'modified', '100644')],
    ],
    [
      'of a name with spaces, that ends with a tab',
      `${header('a b/x')}${HASHES} 100644\n--- a/a b/x\t\n+++ b/a b/x\t\n@@ -1 +1 @@\n-x\n+y\n`,
      [file('a b/x', 'modified', '100644')],
    ],
    [
      'of a quoted name',
      `${quotedHeader(String.raw`\"\\\303\251`)}new file mode 100644\n${HASHES}\n`,
      [file('"\\é', 'added', '100644')],
    ],
    [
      'of a name that is not UTF-8',
      `${quotedHeader(String.raw`\377`)}deleted file mode 100644\n${HASHES}\n`,
      [file('\uFFFD', 'deleted', undefined)],
    ],
    [
      'without a newline at the end of either side',
      `${header('a')}${HASHES} 100644\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n`,
      [file('a', 'modified', '100644')],
    ],
    [
      'whose contents look like another file',
      `${header('a')}${HASHES} 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@ f\n--- a/.git/x\n+++ b/.git/x\n diff --git a/.git/x b/.git/x\n`,
      [file('a', 'modified', '100644')],
    ],
  ])('%s is understood', (_, diff, files) => {
    expect(inspectPatch(bytes(diff))).toEqual(files);
  });
});

describe('a patch is refused', () => {
  it.each([
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/..',
    './a',
    'a//b',
    'a/',
    '.git/hooks/pre-commit',
    'a/.GIT/config',
    '.git./config',
    '.git /config',
    '.git:$INDEX_ALLOCATION/config',
    'git~1/config',
    'GIT~2/config',
    'a\\.git\\config',
  ])('for the path %j', (path) => {
    const quoted = path.replaceAll('\\', '\\\\');
    const head = quoted === path ? header(path) : quotedHeader(quoted);
    expect(refusalOf(`${head}new file mode 100644\n${HASHES}\n`)).toMatch(/^The patch is refused: ".*" /);
  });

  it('for a name that would forge a line of a log', () => {
    const head = quotedHeader(String.raw`a\nb`);
    expect(refusalOf(`${head}new file mode 100644\n${HASHES}\n`)).toContain('has a control character');
  });

  it('for `.git` with a character in it that some file systems do not see', () => {
    const name = String.raw`.g\342\200\214it/config`;
    expect(refusalOf(`${quotedHeader(name)}new file mode 100644\n${HASHES}\n`)).toContain('belongs to git');
  });

  it.each<[string, string, string]>([
    ['a submodule', added('sub', '160000'), 'is a submodule'],
    [
      'a changed submodule',
      `${header('s')}${HASHES} 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-x\n+y\n`,
      'is a submodule',
    ],
    ['a strange mode', added('a', '104755'), 'has the mode 104755'],
    ['a file below a link it makes', added('d', '120000') + added('d/x'), 'below a link'],
    ['a file below a link that follows', added('d/e/x') + added('d/e', '120000'), 'below a link'],
    ['a file below a link of another case', added('D', '120000') + added('d/x'), 'below a link'],
    ['a link in place of a file of git', added('a/.gitmodules', '120000'), 'must not be a link'],
    ['a file that is there twice', modified('a') + modified('a'), 'is there twice'],
    ['a file that is added, then deleted', added('a') + deleted('a'), 'is there twice'],
    [
      'a rename',
      'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n',
      'a line is not what git writes',
    ],
    ['a copy of the same name', `${header('x')}copy from x\ncopy to x\n`, 'modes that do not fit'],
    ['another name in the contents', modified('a').replace('+++ b/a', '+++ b/.git/x'), 'goes by two names'],
    ['another name before', modified('a').replace('--- a/a', '--- a/b'), 'goes by two names'],
    ['contents that name nothing', added('a').replace('+++ b/a', '+++ /dev/null'), 'goes by two names'],
    ['a hunk that ends early', modified('a').replace('-1 +1', '-1,2 +1'), 'not as long as it says'],
    ['a hunk that goes on', `${modified('a')}+z\n`, 'a line is not what git writes'],
    ['no hunk', modified('a').replace(/@@.*/s, ''), 'has no hunk'],
    [
      'a binary hunk that is cut off',
      `${header('a')}${HASHES} 100644\nGIT binary patch\nliteral 1\nIcmZPo0000\n`,
      'broken binary',
    ],
    [
      'a binary that unpacks to a gigabyte',
      `${header('a')}${HASHES} 100644\nGIT binary patch\nliteral 1073741824\n\n`,
      'too large',
    ],
    [
      'binary files without contents',
      `${header('a')}${HASHES} 100644\nBinary files a/a and b/a differ\n`,
      'a line is not',
    ],
    ['text before the first file', `From: someone\n${modified('a')}`, 'a line is not what git writes'],
    ['a traditional diff', '--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n', 'a line is not what git writes'],
    [
      'two kinds at once',
      modified('a').replace(HASHES, `new file mode 100644\n${HASHES}`),
      'modes that do not fit',
    ],
    ['a half quoted name', `diff --git "a/x" b/x\nnew file mode 100644\n`, 'a line is not what git writes'],
    [
      'an escape that git does not write',
      `${quotedHeader(String.raw`\x41`)}new file mode 100644\n`,
      'a line is not',
    ],
  ])('for %s', (_, diff, why) => {
    expect(refusalOf(diff)).toContain(why);
  });

  it('for more than 10,000 files', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => `${header(`f${n}`)}new file mode 100644\n`);
    expect(refusalOf(many(10_000).join(''))).toBeUndefined();
    expect(refusalOf(many(10_001).join(''))).toContain('more than 10000 files');
  });

  it('or understood, and never breaks the parser, whatever is changed in it', () => {
    const whole = [added('a b'), modified('c'), deleted('d')].join('');
    const mutate = (at: number, byte: number) =>
      whole.slice(0, at) + String.fromCharCode(byte) + whole.slice(at + 1);
    const answers = fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) =>
      /^undefined$|^The patch is refused: /.test(String(refusalOf(mutate(at, byte)))),
    );
    expect(() => fc.assert(answers, { numRuns: 500 })).not.toThrow();
  });
});

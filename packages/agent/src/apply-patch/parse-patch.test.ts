import { describe, expect, test } from 'vitest';
import { parsePatch } from './parse-patch.ts';

const patch = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');

describe('parsePatch', () => {
  test('reads every kind of section', () => {
    const text = patch(
      '*** Add File: a.txt',
      '+one',
      '+',
      '*** Delete File: b.txt',
      '*** Update File: c.txt',
      '*** Move to: d.txt',
      '@@ class C',
      '@@ def f():',
      ' kept',
      '-old',
      '+new',
      '',
      ' after',
      '@@',
      '-last',
      '*** End of File',
    );
    expect(parsePatch(text)).toEqual([
      { kind: 'add', path: 'a.txt', lines: ['one', ''] },
      { kind: 'delete', path: 'b.txt' },
      {
        kind: 'update',
        path: 'c.txt',
        moveTo: 'd.txt',
        chunks: [
          {
            contexts: ['class C', 'def f():'],
            lines: [
              { sign: ' ', text: 'kept' },
              { sign: '-', text: 'old' },
              { sign: '+', text: 'new' },
              { sign: ' ', text: '' },
              { sign: ' ', text: 'after' },
            ],
            atEndOfFile: false,
          },
          { contexts: [], lines: [{ sign: '-', text: 'last' }], atEndOfFile: true },
        ],
      },
    ]);
  });

  test.each([
    ['bare, with space around it', (inner: string) => `\n  ${inner}  \n`],
    ['with CRLF', (inner: string) => inner.replaceAll('\n', '\r\n')],
    ['in a quoted heredoc', (inner: string) => `<<'EOF'\n${inner}\nEOF\n`],
    ['in a heredoc', (inner: string) => `<<PATCH\n${inner}\nPATCH`],
    ['in a heredoc for the command', (inner: string) => `apply_patch <<"EOF"\n${inner}\nEOF`],
  ])('accepts a patch %s', (_, wrap) => {
    expect(parsePatch(wrap(patch('*** Delete File: b.txt')))).toEqual([{ kind: 'delete', path: 'b.txt' }]);
  });

  test('takes the first chunk without "@@", and the numbers of a unified diff for nothing', () => {
    const lines = [
      { sign: '-', text: 'a' },
      { sign: '+', text: 'b' },
    ];
    expect(
      parsePatch(patch('*** Update File: f', '-a', '+b', '@@ -1,2 +1,2 @@ def g():', '-a', '+b')),
    ).toEqual([
      {
        kind: 'update',
        path: 'f',
        moveTo: undefined,
        chunks: [
          { contexts: [], lines, atEndOfFile: false },
          { contexts: ['def g():'], lines, atEndOfFile: false },
        ],
      },
    ]);
  });

  test.each([
    ['without its first line', 'hello', /Line 1 .*"\*\*\* Begin Patch"/],
    ['that is empty', '', /Line 1 /],
    ['without its last line', '*** Begin Patch\n*** Delete File: a', /last line must be "\*\*\* End Patch"/],
    ['that changes nothing', patch(), /changes no file/],
    ['with an unknown header', patch('*** Rename File: a'), /Line 2 .*no file header/],
    [
      'with a line of a new file without "+"',
      patch('*** Add File: a', '+x', 'y'),
      /Line 4 .*start with "\+"/,
    ],
    ['with an update that has no change', patch('*** Update File: a'), /update of "a" has no change/],
    ['with a chunk line without a sign', patch('*** Update File: a', '@@', 'x'), /Line 4 .*must start with/],
    ['with a second chunk without "@@"', patch('*** Update File: a', '-x', 'y'), /Line 4 .*Expected "@@"/],
    [
      'with too many files',
      patch(...Array.from({ length: 501 }, (_, n) => `*** Delete File: ${n}`)),
      /Over 500/,
    ],
  ])('refuses a patch %s, saying where', (_, text, message) => {
    expect(() => parsePatch(text)).toThrow(message);
    expect(() => parsePatch(text)).toThrow(expect.objectContaining({ code: 'patch_rejected' }));
  });
});

import { describe, expect, it } from 'vitest';
import { findAddedText } from './generated-code.ts';

const patch = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');

describe('what a patch adds', () => {
  it.each<[string, string, { path: string; text: string }[]]>([
    [
      'is all of a new file',
      patch('*** Add File: a.sh', '+one', '+', '+two'),
      [{ path: 'a.sh', text: 'one\n\ntwo' }],
    ],
    [
      'is the new lines of one that changes',
      patch('*** Update File: a', '@@ f', ' kept', '-old', '+new'),
      [{ path: 'a', text: 'new' }],
    ],
    [
      'is named by where the file is moved to',
      patch('*** Update File: a', '*** Move to: b', '+new'),
      [{ path: 'b', text: 'new' }],
    ],
    ['is nothing of a file that goes', patch('*** Delete File: a'), []],
    [
      'is told apart by file',
      patch('*** Add File: a', '+1', '*** Update File: b', '+2'),
      [
        { path: 'a', text: '1' },
        { path: 'b', text: '2' },
      ],
    ],
    [
      'is found behind a header that is indented',
      patch('  *** Add File: a\r', '+1'),
      [{ path: 'a', text: '1' }],
    ],
    ['is nothing where there is no patch', 'hello\n+there', []],
  ])('%s', (_claim, text, added) => {
    expect(findAddedText(text)).toEqual(added);
  });
});

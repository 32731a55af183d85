import { describe, expect, it } from 'vitest';
import { findAddedText, findHeredocs } from './generated-code.ts';

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

describe('here documents of a command', () => {
  it.each<[string, string, { path: string; text: string }[]]>([
    ['are named by their file', "cat > a.py <<'E'\n1\n2\nE", [{ path: 'a.py', text: '1\n2' }]],
    ['are named by a file behind them', 'cat <<"E" >> a.py\n1\nE\n', [{ path: 'a.py', text: '1' }]],
    [
      'are named by what tee writes',
      'sudo tee -a /etc/x.conf <<E\n1\nE',
      [{ path: '/etc/x.conf', text: '1' }],
    ],
    ['are scripts where they are run', 'bash <<E\n1\nE', [{ path: 'here-document.sh', text: '1' }]],
    ['are scripts where their file has no ending', 'cat >run <<E\n1\nE', [{ path: 'run.sh', text: '1' }]],
    [
      'keep their names where they are known without one',
      'cat >Makefile <<E\n1\nE',
      [{ path: 'Makefile', text: '1' }],
    ],
    ['may be indented', 'cat >a.py <<-E\n\t1\n\tE', [{ path: 'a.py', text: '\t1' }]],
    [
      'end at no indented word where there is a plain one',
      'cat >a.py <<E\n1\n E\n2\nE',
      [{ path: 'a.py', text: '1\n E\n2' }],
    ],
    ['end before a bracket', 'x=$(cat <<E\n1\nE\n)', [{ path: 'here-document.sh', text: '1' }]],
    ['are found behind CRLF', 'cat >a.py <<E\r\n1\r\nE\r\n', [{ path: 'a.py', text: '1\r' }]],
    [
      'follow one another where one line opens them',
      'cat >a.py <<A; cat >b.py <<B\n1\nA\n2\nB',
      [
        { path: 'b.py', text: '1' },
        { path: 'a.py', text: '2' },
      ],
    ],
    ['are found behind a shift', 'echo $((1<<2)); cat >a.py <<E\n1\nE', [{ path: 'a.py', text: '1' }]],
    ['are none without an end', 'cat >a.py <<E\n1', []],
  ])('%s', (_claim, cmd, found) => {
    expect(findHeredocs(cmd)).toEqual(found);
  });

  it('are 64 at most', () => {
    expect(findHeredocs('cat <<E\n1\nE\n'.repeat(99))).toHaveLength(64);
  });
});

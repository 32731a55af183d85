import { describe, expect, test } from 'vitest';
import { MemoryPatchFiles } from '../../test/memory-patch-files.ts';
import { applyPatch } from './apply-patch.ts';

const patch = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');
const update = (...lines: string[]): string => patch('*** Update File: f', ...lines);

function applyTo(text: string, ...lines: string[]): string | undefined {
  const files = new MemoryPatchFiles({ f: text });
  applyPatch(update(...lines), files);
  return files.snapshot()['f'];
}

describe('sections', () => {
  test('adds, overwrites, deletes, updates and moves, keeping modes', () => {
    const files = new MemoryPatchFiles({
      'gone.txt': 'x\n',
      'run.sh': 'a\nb\n',
      'there.txt': 'old\n',
      'in/x.txt': 'x\n',
    });
    const changes = applyPatch(
      patch(
        '*** Add File: new/deep/file.txt',
        '+one',
        '+',
        '*** Add File: there.txt',
        '+new',
        '*** Delete File: gone.txt',
        '*** Update File: run.sh',
        '*** Move to: bin/go.sh',
        '@@',
        ' a',
        '-b',
        '+c',
        '*** Update File: in/x.txt',
        '*** Move to: in/y.txt',
      ),
      files,
    );
    expect(changes).toEqual([
      { path: 'new/deep/file.txt', kind: 'added' },
      { path: 'there.txt', kind: 'modified' },
      { path: 'gone.txt', kind: 'deleted' },
      { path: 'run.sh', kind: 'deleted' },
      { path: 'bin/go.sh', kind: 'added' },
      { path: 'in/x.txt', kind: 'deleted' },
      { path: 'in/y.txt', kind: 'added' },
    ]);
    expect(files.snapshot()).toEqual({
      'bin/go.sh 755': 'a\nc\n',
      'in/y.txt': 'x\n',
      'new/deep/file.txt': 'one\n\n',
      'there.txt': 'new\n',
    });
  });

  test('sections see what earlier sections did', () => {
    const files = new MemoryPatchFiles({ 'a.sh': '1\n' });
    const changes = applyPatch(
      patch(
        '*** Update File: a.sh',
        '-1',
        '+2',
        '*** Update File: a.sh',
        '-2',
        '+3',
        '*** Add File: b',
        '+x',
        '*** Delete File: b',
      ),
      files,
    );
    expect(changes).toEqual([{ path: 'a.sh', kind: 'modified' }]);
    expect(files.snapshot()).toEqual({ 'a.sh 755': '3\n' });
  });
});

describe('matching', () => {
  test.each([
    ['exactly', 'a b\n', ' a b'],
    ['without trailing space', 'a b  \n', ' a b\t'],
    ['without space at both ends', '    a b\n', '   a b '],
    ['with ASCII for typographic characters', 'a\u00A0b \u2013 \u201Cc\u2019\n', ' a b - "c\''],
  ])('matches lines %s and keeps them as they were', (_, text, context) => {
    expect(applyTo(text, '@@', context, '+new')).toBe(`${text}new\n`);
  });

  test('prefers a stricter match further down to a looser one before it', () => {
    expect(applyTo('  x\nx\n', '@@', '-x', '+y')).toBe('  x\ny\n');
  });

  test('searches behind each stacked context, forward only', () => {
    const text = 'class A\n  def f\n    x\nclass B\n  def f\n    x\n';
    expect(applyTo(text, '@@ class B', '@@ def f', '-    x', '+    y')).toBe(text.replace(/x\n$/, 'y\n'));
  });

  test('finds lines that end the file at its end, else forward', () => {
    expect(applyTo('x\ny\nx\n', '@@', '-x', '+z', '*** End of File')).toBe('x\ny\nz\n');
    expect(applyTo('x\ny\n', '@@', '-x', '+z', '*** End of File')).toBe('z\ny\n');
  });

  test('a chunk that only adds appends at the end, or behind its context', () => {
    expect(applyTo('a\nb\n', '@@', '+c')).toBe('a\nb\nc\n');
    expect(applyTo('a\nb\n', '@@ a', '+c')).toBe('a\nc\nb\n');
    expect(applyTo('', '@@', '+c')).toBe('c\n');
    expect(applyTo('a\nb\n', '@@', '+c', '@@', '-a')).toBe('b\nc\n');
  });

  test('a blank line that only ends a chunk need not be in the file', () => {
    expect(applyTo('a\nb\n', '@@', ' a', '-b', '+c', '')).toBe('a\nc\n');
  });

  test('the result ends in a newline, and an emptied file is empty', () => {
    expect(applyTo('a\nb', '@@', '-a')).toBe('b\n');
    expect(applyTo('a', '@@', '-a')).toBe('');
  });

  test('a CRLF file stays one', () => {
    expect(applyTo('a\r\nb\r\nc', '@@', ' a', '-b', '+x', '+y')).toBe('a\r\nx\r\ny\r\nc\r\n');
  });
});

describe('refusals', () => {
  test.each([
    [
      'missing lines, quoting them',
      ['@@', '-nope', '-b'],
      /Failed to find expected lines in f:\nnope\nb\nRead that part/,
    ],
    [
      'a missing context, quoting it',
      ['@@ class X', '-a'],
      /Failed to find context "class X" in f\. Read that part/,
    ],
    [
      'chunks out of order',
      ['@@', '-c', '@@', '-a'],
      /in f from line 4 on:\na\nThey are at line 1,.*in the order/,
    ],
  ])('names %s', (_, lines, message) => {
    const files = new MemoryPatchFiles({ f: 'a\nb\nc\n' });
    expect(() => applyPatch(update(...lines), files)).toThrow(message);
    expect(() => applyPatch(update(...lines), files)).toThrow(/Nothing was changed\. Correct the patch/);
  });

  test.each([
    ['an update of no file', '*** Update File: x\n-a', /There is no file x to update/],
    ['a deletion of no file', '*** Delete File: x', /There is no file x to delete/],
    ['a second deletion', '*** Delete File: f\n*** Delete File: f', /There is no file f to delete/],
    [
      'an update of what was deleted',
      '*** Delete File: f\n*** Update File: f\n-a',
      /There is no file f to update/,
    ],
    ['a path that the files refuse', '*** Add File: /etc/x\n+a', /refused/],
  ])('refuses %s', (_, section, message) => {
    expect(() => applyPatch(patch(section), new MemoryPatchFiles({ f: 'a\n' }))).toThrow(message);
  });
});

describe('all or nothing', () => {
  const before = { 'a.txt': 'a\n', 'b.sh': 'b\n', 'c.txt': 'c\n' };
  const good = [
    '*** Update File: a.txt',
    '-a',
    '+A',
    '*** Add File: x/y/new.txt',
    '+n',
    '*** Update File: b.sh',
    '*** Move to: x/b.sh',
    '*** Delete File: c.txt',
  ];

  test('nothing is written when the last section does not fit', () => {
    const files = new MemoryPatchFiles(before);
    expect(() => applyPatch(patch(...good, '*** Delete File: nope'), files)).toThrow(/no file nope/);
    expect(files.snapshot()).toEqual(new MemoryPatchFiles(before).snapshot());
  });

  test('every write that can fail leaves everything as it was', () => {
    const untouched = { snapshot: new MemoryPatchFiles(before).snapshot(), directories: ['.'] };
    const outcomes = Array.from({ length: 13 }, (_, at) => {
      const files = new MemoryPatchFiles(before, at + 1);
      const error = catchError(() => applyPatch(patch(...good), files));
      return { error, snapshot: files.snapshot(), directories: files.directories };
    });
    const failure = { error: new Error('no space left'), ...untouched };
    expect(outcomes.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => failure));
    expect(outcomes[12]).toMatchObject({ error: undefined, directories: ['.', 'x', 'x/y'] });
  });
});

function catchError(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

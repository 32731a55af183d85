import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildMutationDiff } from '../src/build-mutation-diff.ts';

const PATH = 'src/a b.ts';

describe('the diff of a mutation', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'drydock-mutation-'));
    mkdirSync(join(root, 'src'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each([
    ['in the middle', 'a\nb\nc\nd\ne\nf\ng\nh\n', 'e', 'E', 5],
    ['in the first line', 'if (x) y\nb\n', '(x)', '(!x)', 1],
    ['in the last line, without a line break', 'a\nb\nc', 'c', 'C', 3],
    ['before a last line without a line break', 'a\nb\nc', 'b', 'B', 2],
    ['that takes lines away', 'a\nb\nc\nd\n', 'b\nc\n', '', 2],
    ['that joins lines', 'a\nb\nc\n', 'a\n', 'a', 1],
    ['that makes one line two', 'a\nb\nc\n', 'b', 'x\ny', 2],
    ['over several lines', 'a\nbeta\ngamma\nd\n', 'ta\nga', '', 2],
    ['of an empty first line', '\na\nb\n', '\na', 'x', 1],
    ['with line breaks of Windows', 'a\r\nb\r\nc\r\n', 'b', 'x', 2],
    ['of the whole file', 'a', 'a', '', 1],
  ])('%s is applied by git to just that', (_claim, text, find, replace, line) => {
    writeFileSync(join(root, PATH), text);
    const built = buildMutationDiff(text, { path: PATH, find, replace });
    if (built.kind === 'fault') throw new Error(built.reason);
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: root, input: built.diff });
    expect(readFileSync(join(root, PATH), 'utf8')).toBe(text.replace(find, () => replace));
    expect(built.line).toBe(line);
  });

  it.each([
    ['b', 'x', 'does not contain the text of `find`'],
    ['a', 'x', 'contains the text of `find` more than once'],
    ['c', 'c', 'is not changed: `find` and `replace` are the same'],
  ])('is not made of %j → %j', (find, replace, reason) => {
    const built = buildMutationDiff('a a c\n', { path: PATH, find, replace });
    expect(built).toEqual({ kind: 'fault', reason });
  });

  it('is not made where occurrences overlap', () => {
    expect(buildMutationDiff('aaa\n', { path: PATH, find: 'aa', replace: 'b' }).kind).toBe('fault');
  });
});

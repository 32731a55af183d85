import { describe, expect, it } from 'vitest';
import { findMentions } from './find-mentions.ts';

describe('findMentions', () => {
  it.each([
    [
      'in words, in ticks and in brackets',
      'See src/a.ts:3, `lib/b-c.py:10` (d.go:7).',
      ['src/a.ts:3', 'lib/b-c.py:10', 'd.go:7'],
    ],
    ['at the end of a sentence', 'It is in src/a.ts:3.', ['src/a.ts:3']],
    ['with a last line', 'src/a.ts:3-9', ['src/a.ts:3-9']],
    ['with a column', 'src/a.ts:3:12', []],
    ['of a file without an ending, in a directory', 'build/Makefile:2', ['build/Makefile:2']],
    ['of a hidden file', 'in .github/ci.yml:4', ['.github/ci.yml:4']],
    [
      'but no times, ports, versions or hosts',
      'At 12:30, localhost:80, 10.0.0.1:80, node:22, example.com:443, http://a.test:80/x',
      [],
    ],
  ])('finds places %s', (_claim, text, expected) => {
    const found = findMentions(text).map(
      ({ path, line, end_line: end }) => `${path}:${line}${end ? `-${end}` : ''}`,
    );
    expect(found).toEqual(expected);
  });

  it('stops at a hundred', () => {
    expect(findMentions('src/a.ts:3 '.repeat(1_000))).toHaveLength(100);
  });
});

import type { RepoAnswer } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import { formatBlame, formatHistory, formatSearch, formatSymbols, formatTree } from './format-repo.ts';

type Search = Extract<RepoAnswer, { type: 'search' }>;
const SHA = 'a'.repeat(40);
const match = (path: string, line: number, isMatch = true): Search['lines'][number] => ({
  path,
  line,
  text: 'text',
  isMatch,
});
const search = (change: Partial<Search>): Search => ({
  type: 'search',
  lines: [],
  matches: 0,
  files: 0,
  isWhole: true,
  ...change,
});

describe('an answer about the repository', () => {
  it('separates what does not stand together, where lines around are shown', () => {
    const lines = [match('a', 1), match('a', 2, false), match('a', 9), match('b', 10)];
    expect(formatSearch(search({ lines, matches: 3, files: 2 }))).toBe(
      ['3 matches in 2 files.', 'a:1: text', 'a-2- text', '--', 'a:9: text', '--', 'b:10: text'].join('\n'),
    );
  });

  it('leaves whole lines out where there are too many characters, and says how many and what to do', () => {
    const lines = Array.from({ length: 300 }, (_, index) => ({
      ...match('p', index + 1),
      text: 'x'.repeat(300),
    }));
    const text = formatSearch(search({ lines, matches: 300, files: 1 }));
    expect(text.length).toBeLessThan(49_000);
    expect(text).toMatch(/\n…\d+ lines left out\. Narrow it with path or glob\.$/);
  });

  it('does not say that there is nothing where it did not look at everything', () => {
    expect(formatSearch(search({ isWhole: false }))).toBe(
      'No match in the time that there was: narrow it by path.',
    );
    expect(formatSearch(search({ isWhole: false, matches: 2, files: 1, lines: [match('a', 1)] }))).toMatch(
      /^2 matches in 1 file so far; the search was ended early\.\n/,
    );
    expect(formatSymbols({ type: 'symbols', symbols: [], total: 0, isWhole: false })).toBe(
      'Nothing found in time.',
    );
  });

  it('shows a name with a line end in it as one', () => {
    const tree = { type: 'tree', entries: [{ path: 'a\nb' }], files: 1, depth: 1, omitted: 2 } as const;
    expect(formatTree({ ...tree, entries: [...tree.entries] }, 3)).toBe(
      [
        '1 file; 1 level shown.',
        'More levels would be too long: ask for a directory to see deeper.',
        '"a\\nb"',
        '…2 entries left out. Ask for a directory below it.',
      ].join('\n'),
    );
  });

  it('says where a history or a file goes on', () => {
    const commit = { sha: SHA, date: '2026-01-01T00:00:00Z', author: 'Ada', subject: 'Go' };
    expect(formatHistory({ type: 'history', commits: [commit], hasMore: true, isBaseOnly: false })).toBe(
      'aaaaaaaaaaaa 2026-01-01 Ada: Go\n…there are older commits. Raise max.',
    );
    const line = { line: 4, sha: SHA, author: 'Ada', date: '2026-01-01', text: 'x' };
    expect(formatBlame({ type: 'blame', lines: [line], totalLines: 9, isBaseOnly: false })).toBe(
      'Lines of the file as it was handed in:\n4 aaaaaaaa 2026-01-01 Ada: x\n…the file has 9 lines. Go on with start: 5.',
    );
  });
});

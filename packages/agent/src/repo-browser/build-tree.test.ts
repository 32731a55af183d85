import { describe, expect, test } from 'vitest';
import { buildTree } from './build-tree.ts';

const FILES = ['README.md', 'src/a.ts', 'src/b/c.ts', 'src/b/d.ts'];

describe('buildTree', () => {
  test('shows so many levels, and counts what is below the last', () => {
    expect(buildTree(FILES, { below: '.', depth: 1 })).toEqual({
      entries: [{ path: 'README.md' }, { path: 'src', files: 3 }],
      depth: 1,
      omitted: 0,
    });
    expect(buildTree(FILES.slice(1), { below: 'src', depth: 2 }).entries).toEqual([
      { path: 'src/a.ts' },
      { path: 'src/b', files: 2 },
      { path: 'src/b/c.ts' },
      { path: 'src/b/d.ts' },
    ]);
  });

  test('shows fewer levels where more would be too many entries', () => {
    const files = Array.from({ length: 500 }, (_, index) => `d${index % 5}/f${index}`).toSorted();
    const { entries, depth, omitted } = buildTree(files, { below: '.', depth: 3 });
    expect([entries.length, depth, omitted]).toEqual([5, 1, 0]);
  });

  test('says how many entries of one level are left out', () => {
    const files = Array.from({ length: 450 }, (_, index) => `f${index}`);
    const { entries, depth, omitted } = buildTree(files, { below: '.', depth: 3 });
    expect([entries.length, depth, omitted]).toEqual([400, 1, 50]);
  });
});

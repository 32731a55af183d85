import { expect, it } from 'vitest';
import { listDiffChanges } from './list-diff-changes.ts';

it('lists files by the headers, quoted names and names with blanks too', () => {
  const diff = [
    'diff --git a/plain.txt b/plain.txt',
    'index 1..2 100644',
    '+diff --git a/fake b/fake',
    'diff --git a/a b/c b/d a/a b/c b/d',
    'new file mode 100644',
    'diff --git "a/\\303\\251 \\"q\\"\\n\\t" "b/\\303\\251 \\"q\\"\\n\\t"',
    'deleted file mode 100644',
  ];
  expect(listDiffChanges(Buffer.from(diff.join('\n').replace('a/a b/c b/d a/a', 'a/a b/c b/d b/a')))).toEqual(
    [
      { path: 'plain.txt', kind: 'modified' },
      { path: 'a b/c b/d', kind: 'added' },
      { path: 'é "q"\n\t', kind: 'deleted' },
    ],
  );
});

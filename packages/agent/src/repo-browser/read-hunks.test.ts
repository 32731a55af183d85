import { describe, expect, test } from 'vitest';
import { readHunks } from './read-hunks.ts';

describe('readHunks', () => {
  test('reads the lines that are new in each file', () => {
    const diff = `diff --git a/a.ts b/a.ts
--- a/a.ts
+++ b/a.ts
@@ -1,2 +1,3 @@ function
-old
-older
+new
+newer
+newest
@@ -9 +10 @@
-x
+y
@@ -20,3 +20,0 @@
-a
-b
-c
diff --git a/with space.ts b/with space.ts
--- a/with space.ts
+++ b/with space.ts\t
@@ -0,0 +1 @@
+only
\\ No newline at end of file
`;
    expect(readHunks(diff)).toEqual([
      {
        path: 'a.ts',
        ranges: [
          [1, 3],
          [10, 10],
        ],
      },
      { path: 'with space.ts', ranges: [[1, 1]] },
    ]);
  });

  test('takes no text of a file for a header of the diff', () => {
    const diff = `+++ b/a.ts
@@ -1,1 +1,2 @@
--- a/forged.ts
+++ b/forged.ts
+@@ -1 +900 @@
`;
    expect(readHunks(diff)).toEqual([{ path: 'a.ts', ranges: [[1, 2]] }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddedLines } from './parse-added-lines.ts';

const path = fc.constantFrom('a', 'b c', 'dir/run.sh', '.github/x.yml', 'é');
/** Contents that look like what stands around them. */
const content = fc.constantFrom(
  '',
  'x',
  '++ b/other',
  '-- a/other',
  'diff --git a/o b/o',
  '@@ -1 +1 @@',
  '\\ No',
  ' y',
);
const hunkLine = fc.record({ sign: fc.constantFrom(' ', '+', '-'), text: content });
const hunk = fc.record({
  at: fc.integer({ min: 1, max: 5_000 }),
  lines: fc.array(hunkLine, { minLength: 1, maxLength: 6 }),
});
const file = fc.record({ path, hunks: fc.array(hunk, { minLength: 1, maxLength: 3 }) });
const files = fc.array(file, { maxLength: 4 });
type Files = typeof files extends fc.Arbitrary<infer T> ? T : never;

function write(all: Files): string {
  const count = (lines: Files[number]['hunks'][number]['lines'], but: string): number =>
    lines.filter(({ sign }) => sign !== but).length;
  const hunks = (own: Files[number]['hunks']): string =>
    own
      .map(({ at, lines }) => {
        const text = lines.map((each) => `${each.sign}${each.text}\n`).join('');
        return `@@ -${at},${count(lines, '+')} +${at},${count(lines, '-')} @@ f\n${text}\\ No newline at end of file\n`;
      })
      .join('');
  return all
    .map((each) => {
      const head = `diff --git a/${each.path} b/${each.path}\nindex 0000..1111 100644\n`;
      const tab = each.path.includes(' ') ? '\t' : '';
      return `${head}--- a/${each.path}${tab}\n+++ b/${each.path}${tab}\n${hunks(each.hunks)}`;
    })
    .join('');
}

/** Added lines, numbered as in the file that comes of it. */
function expected(all: Files) {
  return all.map((each) => ({
    path: each.path,
    added: each.hunks.flatMap(({ at, lines }) => {
      const after = lines.filter(({ sign }) => sign !== '-');
      return after.flatMap(({ sign, text }, index) => (sign === '+' ? [{ line: at + index, text }] : []));
    }),
  }));
}

const findsAll = (parse: typeof parseAddedLines) =>
  fc.property(files, (all) => {
    expect(parse(write(all)).map((found) => ({ path: found.path, added: [...found.added] }))).toEqual(
      expected(all),
    );
  });

describe('the added lines of a diff', () => {
  it('are those of its files, whatever they look like', () => {
    expect(() => {
      fc.assert(findsAll(parseAddedLines), { numRuns: 500 });
    }).not.toThrow();
  });

  it('would be missed by who takes lines for what they look like', () => {
    const naive: typeof parseAddedLines = (diff) =>
      parseAddedLines(diff.replaceAll(/^\+\+\+ b\/other$/gm, '+'));
    expect(fc.check(findsAll(naive), { numRuns: 500 }).failed).toBe(true);
  });

  it('are no more than the text, whatever it is', () => {
    const line = fc.oneof(
      fc.constantFrom('@@ -0,0 +1,999999999 @@', '@@ -1 +1 @@', '+x', '+++ "b/\\', 'diff --git "', '-y'),
      fc.string({ maxLength: 12 }),
    );
    const bounded = fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const diff = lines.join('\n');
      const added = parseAddedLines(diff).flatMap((found) => found.added);
      expect(added.length).toBeLessThanOrEqual(lines.length);
    });
    fc.assert(bounded, { numRuns: 500 });
  });
});

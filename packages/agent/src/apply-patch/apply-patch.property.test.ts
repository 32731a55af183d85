import { isDeepStrictEqual } from 'node:util';
import { toDrydockError } from '@drydock/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPatchFiles } from '../../test/memory-patch-files.ts';
import { applyPatch } from './apply-patch.ts';

const CONTEXT_LINES = 3;

/** What becomes of one line: whether it stays, and what is put in before it. */
const edit = fc.record({
  keep: fc.boolean(),
  before: fc.array(fc.stringMatching(/^[ a-z{}+*@-]{0,8}$/), { maxLength: 2 }),
});
const edits = fc.array(fc.option(edit, { freq: 3 }), { minLength: 1, maxLength: 40 });
type Edits = readonly ({ keep: boolean; before: string[] } | null)[];

const original = (index: number): string => `line ${index}`;

function expectedLines(list: Edits): string[] {
  return list.flatMap((item, index) =>
    item === null ? [original(index)] : [...item.before, ...(item.keep ? [original(index)] : [])],
  );
}

/** The patch that a careful model would write: changes with three lines of context, near ones in one chunk. */
function writePatch(list: Edits): string {
  const isNear = (index: number): boolean =>
    list.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some((item) => item !== null);
  const lines = list.flatMap((item, index) => {
    if (!isNear(index)) return [];
    const header = index === 0 || !isNear(index - 1) ? ['@@'] : [];
    const added = (item?.before ?? []).map((text) => `+${text}`);
    return [...header, ...added, `${item === null || item.keep ? ' ' : '-'}${original(index)}`];
  });
  return ['*** Begin Patch', '*** Update File: f', ...lines, '*** End Patch'].join('\n');
}

describe('applyPatch', () => {
  test('makes of a file what its patch says, for any edits', () => {
    fc.assert(
      fc.property(edits, (list) => {
        fc.pre(list.some((item) => item !== null));
        const files = new MemoryPatchFiles({ f: list.map((_, index) => `${original(index)}\n`).join('') });
        applyPatch(writePatch(list), files);
        expect(files.snapshot()['f']).toBe(
          expectedLines(list)
            .map((line) => `${line}\n`)
            .join(''),
        );
      }),
    );
  });

  test('either applies a patch or refuses it and changes nothing, whatever the text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '*** Update File: f',
        '*** Add File: g',
        '*** Delete File: f',
        '*** Move to: h',
        '@@',
        '@@ a',
      ),
      fc.constantFrom('*** End of File', ' a', '-a', '+b', '-b', '', '+', '*** End Patch'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const files = new MemoryPatchFiles({ f: 'a\nb\na\n' });
        const before = files.snapshot();
        const code = applyOrRefuse(['*** Begin Patch', ...lines, '*** End Patch'].join('\n'), files);
        expect(['applied', 'patch_rejected']).toContain(code);
        expect(code === 'applied' || isDeepStrictEqual(files.snapshot(), before)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function applyOrRefuse(patch: string, files: MemoryPatchFiles): string {
  try {
    applyPatch(patch, files);
    return 'applied';
  } catch (error) {
    return toDrydockError(error).code;
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAddedText } from './generated-code.ts';

const path = fc.stringMatching(/^[a-zé][a-z \u2028.]{0,8}[a-z]$/);
const code = fc.stringMatching(/^[ -~]{0,20}$/);
/** Around a header, and not in front of one that follows an update: there it would be context. */
const margin = fc.constantFrom('', ' ', '\t', '  \u00A0');

interface Section {
  readonly verb: 'Add' | 'Update' | 'Delete';
  readonly path: string;
  readonly moveTo: string | null;
  readonly added: readonly string[];
  readonly before: string;
  readonly after: string;
}
const section: fc.Arbitrary<Section> = fc.record({
  verb: fc.constantFrom('Add', 'Update', 'Delete'),
  path,
  moveTo: fc.option(path),
  added: fc.array(code, { minLength: 1, maxLength: 4 }),
  before: margin,
  after: margin,
});
const sections = fc.array(section, { minLength: 1, maxLength: 5 });
const wrap = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replaceAll('\n', '\r\n'),
  (text: string) => `apply_patch <<'X'\n${text}\nX`,
  (text: string) => `\n \n${text}\n\n`,
);

function write(list: readonly Section[]): string {
  const lines = list.flatMap(({ verb, path, moveTo, added, before, after }, at) => {
    const header = `${list[at - 1]?.verb === 'Update' ? '' : before}*** ${verb} File: ${path}${after}`;
    const plus = added.map((text) => `+${text}`);
    if (verb === 'Delete') return [header];
    if (verb === 'Add') return [header, ...plus];
    const context = [' *** Add File: context', '-*** Add File: removed'];
    return [
      header,
      ...(moveTo === null ? [] : [`*** Move to: ${moveTo}${after}`]),
      '@@',
      ...context,
      ...plus,
    ];
  });
  return ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');
}

const expected = (list: readonly Section[]) =>
  list
    .filter(({ verb }) => verb !== 'Delete')
    .map(({ verb, path, moveTo, added }) => ({
      path: verb === 'Update' && moveTo !== null ? moveTo : path,
      text: added.join('\n'),
    }));

const findsAll = (find: typeof findAddedText) =>
  fc.property(sections, wrap, (list, wrapped) => {
    expect(find(wrapped(write(list)))).toEqual(expected(list));
  });

describe('what a patch adds', () => {
  it('is found by file, however its headers are written', () => {
    expect(() => {
      fc.assert(findsAll(findAddedText), { numRuns: 200 });
    }).not.toThrow();
  });

  it('would be missed by who knows headers only as most models write them', () => {
    const strict = (patch: string) =>
      patch
        .split(/^\*\*\* (?:Add|Update) File: /m)
        .slice(1)
        .map((part) => {
          const [path = '', ...lines] = part.split('\n');
          const added = lines.filter((line) => line.startsWith('+'));
          return { path, text: added.map((line) => line.slice(1)).join('\n') };
        });
    expect(fc.check(findsAll(strict), { numRuns: 200 }).failed).toBe(true);
  });

  it('is something or nothing, in whatever text, and never more than the text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '*** Add File: a',
        ' *** Update File: b',
        '*** Move to: c',
        '*** Delete File: d',
        '+x',
        ' y',
      ),
      fc.string({ maxLength: 12 }),
    );
    const bounded = fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const patch = lines.join('\n');
      const found = findAddedText(patch).map(({ path, text }) => path.length + text.length);
      expect(found.reduce((all, length) => all + length, 0)).toBeLessThanOrEqual(patch.length);
    });
    fc.assert(bounded, { numRuns: 200 });
  });

  it.each([
    ['a blank before the header', '*** Begin Patch\n *** Add File: run.sh\n+sudo id\n*** End Patch'],
    ['CRLF', '*** Begin Patch\r\n*** Add File: run.sh\r\n+sudo id\r\n*** End Patch'],
  ])('does not hide behind %s', (_, patch) => {
    expect(findAddedText(patch)).toEqual([{ path: 'run.sh', text: 'sudo id' }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripForPeople } from './strip-for-people.ts';

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\u001B',
        '[',
        ']',
        '0',
        'm',
        '\u0007',
        '\\',
        '\u202E',
        '\u200B',
        '\u{E0041}',
        '\r',
        '\n',
        'a',
        '\u009B',
        '\u200D',
        '👩',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('stripForPeople', () => {
  it.each([
    ['plain text\n\twith tab', 'plain text\n\twith tab'],
    ['\u001B[31mred\u001B[0m', 'red'],
    ['a\u001B]0;title\u0007b', 'ab'],
    ['a\u001B]8;;http://x\u001B\\link\u001B]8;;\u001B\\b', 'alinkb'],
    ['a\u001B]52;c;AAAA\nb', 'a\nb'],
    ['a\u009B31mb', 'ab'],
    ['100%\rdone', '100%\u{FFFD}done'],
    ['dos\r\nline', 'dos\nline'],
    ['if (admin\u202E) {', 'if (admin\u{FFFD}) {'],
    ['zero\u200B\u200Cwidth', 'zero\u{FFFD}width'],
    ['tags\u{E0069}\u{E0067}', 'tags\u{FFFD}'],
    ['bell\u0007', 'bell\u{FFFD}'],
    ['日本語 héllo ✓', '日本語 héllo ✓'],
    ['👩‍💻 ✨️', '👩‍💻 ✨️'],
  ])('%j → %j', (text, shown) => {
    expect(stripForPeople(text)).toBe(shown);
  });

  it('leaves nothing hidden in any text, and changes nothing the second time', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = stripForPeople(text);
        expect(shown).not.toMatch(/[\p{Cc}--[\n\t]]|[\u202A-\u202E\u2066-\u2069\u200B\u{E0000}-\u{E007F}]/v);
        expect(stripForPeople(shown)).toBe(shown);
      }),
      { numRuns: 500 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { MaskedLines } from './masked-lines.ts';
import { Redactor } from './redactor.ts';

function setUp() {
  const redactor = new Redactor([{ name: 'KEY', value: 'canary-0123456789' }]);
  const masked: string[] = [];
  const counted = {
    get revision() {
      return redactor.revision;
    },
    mask: (line: string) => {
      masked.push(line);
      return redactor.mask(line);
    },
  };
  return { redactor, masked, lines: new MaskedLines(counted) };
}

describe('MaskedLines', () => {
  it('masks what is new, and what has changed', () => {
    const { masked, lines } = setUp();
    expect(lines.mask('a canary-0123456789\nb\n')).toBe('a [secret:KEY]\nb\n');
    masked.length = 0;
    expect(lines.mask('a canary-0123456789\nc canary-0123456789\nd')).toBe(
      'a [secret:KEY]\nc [secret:KEY]\nd',
    );
    expect(masked).toEqual(['c canary-0123456789', 'd']);
  });

  it('masks all of it again when there are more secrets to mask', () => {
    const { redactor, lines } = setUp();
    expect(lines.mask('a second-secret-1\n')).toBe('a second-secret-1\n');
    redactor.learn([{ name: 'OTHER', value: 'second-secret-1' }]);
    expect(lines.mask('a second-secret-1\nb')).toBe('a [secret:OTHER]\nb');
  });
});

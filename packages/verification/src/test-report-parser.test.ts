import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestReportParser } from './test-report-parser.ts';

const START = '{"v":1,"runner":"node:test"}\n';
const line = (change: object = {}) => `${JSON.stringify({ v: 1, id: 'a', status: 'passed', ...change })}\n`;

function parse(text: string, size = text.length) {
  const parser = new TestReportParser();
  for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size));
  return parser.finish();
}

describe('a test report', () => {
  it('is read in its order, with what each line says', () => {
    const full = { id: 'a', status: 'failed', file: 'a.js', line: 3, duration_ms: 1.5, message: 'm' };
    expect(parse(START + line(full) + line({ id: 'b' }))).toEqual([full, { id: 'b', status: 'passed' }]);
  });

  it('reads the same however it is cut', () => {
    const ids = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 50 }), (names, size) => {
        const text = START + names.map((id) => line({ id })).join('');
        expect(parse(text, size)).toEqual(parse(text));
        expect(parse(text)).toHaveLength(names.length);
      }),
    );
  });

  it('of a runner that ran no test is empty, and differs from no report', () => {
    expect(parse(START)).toEqual([]);
    expect(parse('')).toBeUndefined();
  });

  it('numbers repeats, also beside a test that is itself named like one', () => {
    const text = START + ['a', 'a#2', 'a', 'a'].map((id) => line({ id })).join('');
    expect(parse(text)?.map(({ id }) => id)).toEqual(['a', 'a#2', 'a#3', 'a#4']);
  });

  it('keeps names of object properties as names', () => {
    const text = `${START}{"v":1,"id":"__proto__","status":"passed","__proto__":{"status":"failed"},"constructor":1}\n`;
    expect(parse(text)).toEqual([{ id: '__proto__', status: 'passed' }]);
  });

  it('has no half characters in it', () => {
    expect(parse(String.raw`{"v":1,"id":"a\ud83d","status":"passed"}` + '\n')?.[0]?.id).toBe('a\uFFFD');
  });

  it('takes 100,000 tests, all of one name, and not one more', () => {
    const parser = new TestReportParser();
    parser.push(line().repeat(100_000));
    expect(parser.finish()?.at(-1)?.id).toBe('a#100000');
    parser.push(line());
    expect(parser.finish()).toBeUndefined();
  });
});

describe('a report is void', () => {
  it.each([
    ['for one line that is not JSON', `${line()}ok\n${line()}`],
    ['for an empty line', `${line()}\n`],
    ['for a last line without its end', `${line()}{"v":1`],
    ['for a line of another version', line({ v: 2 })],
    ['for an unknown status', line({ status: 'verified' })],
    ['for a test without a name', line({ id: '' })],
    ['for a name that is no text', line({ id: ['a'] })],
    ['for a name of 2,001 characters', line({ id: 'x'.repeat(2_001) })],
    ['for a message of 4,001 characters', line({ message: 'x'.repeat(4_001) })],
    ['for a negative duration', line({ duration_ms: -1 })],
    ['for a null where nothing should be', line({ file: null })],
    ['for an unknown runner', '{"v":1,"runner":"mine"}\n'],
    ['for a deep nesting', `${'['.repeat(60_000)}\n`],
  ])('%s', (_, text) => {
    expect(parse(START + text)).toBeUndefined();
  });

  it('for a line without an end, and says at once that the rest need not be read', () => {
    const parser = new TestReportParser();
    expect(parser.push(START)).toBe(true);
    expect(parser.push('x'.repeat(70_000))).toBe(false);
    expect(parser.finish()).toBeUndefined();
  });
});

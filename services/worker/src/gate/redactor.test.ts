import { describe, expect, it } from 'vitest';
import { Redactor } from './redactor.ts';

const redactor = new Redactor([{ name: 'MODEL_KEY', value: 'sk-canary-0123456789abcdef' }]);

describe('the redactor', () => {
  it('takes a known secret out, and what would change how text is shown', () => {
    expect(redactor.text('key=sk-canary-0123456789abcdef \u001B[31mred\u001B[0m a\u202Eb')).toBe(
      'key=[secret:MODEL_KEY] red a\uFFFDb',
    );
  });

  it('sees a secret across the borders of chunks', () => {
    const stream = redactor.stream();
    const shown = ['key=sk-cana', 'ry-0123456789', 'abcdef\n'].map((chunk) => stream.push(chunk)).join('');
    expect(shown + stream.end()).toBe('key=[secret:MODEL_KEY]\n');
  });

  it('leaves the form of a document alone', () => {
    expect(redactor.mask('{"text":"\\u001b[31m sk-canary-0123456789abcdef"}')).toBe(
      '{"text":"\\u001b[31m [secret:MODEL_KEY]"}',
    );
  });

  it('goes through values, and keeps what is no text', () => {
    expect(redactor.value({ a: ['sk-canary-0123456789abcdef', 1, null], b: { c: true } })).toEqual({
      a: ['[secret:MODEL_KEY]', 1, null],
      b: { c: true },
    });
  });
});

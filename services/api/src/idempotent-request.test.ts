import { describe, expect, it } from 'vitest';
import { toIdempotentRequest } from './idempotent-request.ts';

const digestOf = (body: unknown) => toIdempotentRequest('k', body)?.digest;

describe('toIdempotentRequest', () => {
  it('is nothing without a key', () => {
    expect(toIdempotentRequest(undefined, {})).toBeUndefined();
  });

  it('is the same for bodies that differ in the order of keys alone', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: 'x' } })).toBe(digestOf({ b: { d: 'x', c: [1, 2] }, a: 1 }));
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
  ])('tells %j from %j', (one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other));
  });

  it.each(['', 'x'.repeat(256), 'a\tb', 'é'])('refuses %j as a key', (key) => {
    expect(() => toIdempotentRequest(key, {})).toThrow('Idempotency-Key');
  });

  it('takes a key of 255 characters', () => {
    expect(toIdempotentRequest('x'.repeat(255), {})?.key).toHaveLength(255);
  });
});

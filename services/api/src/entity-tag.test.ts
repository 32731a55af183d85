import { describe, expect, it } from 'vitest';
import { matchesEntityTag, toEntityTag } from './entity-tag.ts';

const tag = toEntityTag('{"id":1}');

describe('matchesEntityTag', () => {
  it.each([
    [tag, true],
    [`W/${tag}`, true],
    [`"other", ${tag}`, true],
    ['*', true],
    [toEntityTag('{"id":2}'), false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (header, expected) => {
    expect(matchesEntityTag(header, tag)).toBe(expected);
  });
});

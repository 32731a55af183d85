import { expect, test } from 'vitest';
import { readRetryAfter } from './read-retry-after.ts';

const NOW_MS = Date.parse('Sat, 21 Nov 2026 10:00:00 GMT');

test.each<[Record<string, string>, number | undefined]>([
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
  [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7_000],
  [{ 'retry-after': '1.5' }, 1_500],
  [{ 'retry-after': 'Sat, 21 Nov 2026 10:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sat, 21 Nov 2026 09:59:00 GMT' }, 0],
  [{ 'retry-after': '-3' }, 0],
  [{ 'retry-after': 'later' }, undefined],
  [{}, undefined],
])('%o means a wait of %s ms', (headers, expected) => {
  expect(readRetryAfter(new Headers(headers), NOW_MS)).toBe(expected);
});

test('no headers mean no wish', () => {
  expect(readRetryAfter(undefined, NOW_MS)).toBeUndefined();
});

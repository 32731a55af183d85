import { expect, test } from 'vitest';
import { AUDIT_GENESIS, AuditEntry, auditText } from './audit.ts';

const ENTRY = {
  seq: 1,
  at: '2026-01-01T00:00:00.000Z',
  tenant: 'default',
  actor: { type: 'caller', id: 'key_1' },
  action: 'job.submitted',
  subject: {},
  data: { z: 'ü\u2028"', a: true, m: null, n: -1 },
  prev: AUDIT_GENESIS,
  hash: AUDIT_GENESIS,
} as const;

test('what is hashed is canonical JSON: keys in order, no white space, no hash, whatever the order they came in', () => {
  const text =
    '{"action":"job.submitted","actor":{"id":"key_1","type":"caller"},"at":"2026-01-01T00:00:00.000Z",' +
    `"data":{"a":true,"m":null,"n":-1,"z":"ü\u2028\\""},"prev":"${AUDIT_GENESIS}","seq":1,"subject":{},"tenant":"default"}`;
  expect(auditText(ENTRY)).toBe(text);
  const turned = Object.fromEntries(Object.entries(ENTRY).toReversed()) as typeof ENTRY;
  expect(auditText(turned)).toBe(text);
});

test.each([
  ['data that is nested', { ...ENTRY, data: { a: {} } }],
  ['a text that is long', { ...ENTRY, data: { a: 'x'.repeat(257) } }],
  ['a number that has no one form', { ...ENTRY, data: { a: 0.1 } }],
  ['many fields', { ...ENTRY, data: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, i])) }],
  ['an unknown subject', { ...ENTRY, subject: { host: 'a.test' } }],
  ['a field beside its own', { ...ENTRY, more: 1 }],
])('an entry has no room for %s', (_what, entry) => {
  expect(AuditEntry.safeParse(entry).success).toBe(false);
});

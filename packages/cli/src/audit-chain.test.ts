import type { AuditEntry } from '@drydock/contracts';
import { AUDIT_GENESIS } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { buildEntries, seal } from '../test/audit-entries.ts';
import { AuditChain } from './audit-chain.ts';

const ENTRIES = buildEntries(5);
const at = (index: number): AuditEntry => {
  const entry = ENTRIES[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
};

/** Number of the first entry that does not belong, and why. */
function follow(entries: readonly AuditEntry[], isPart = false) {
  const chain = new AuditChain();
  for (const entry of entries) {
    const fault = chain.findFault(entry, isPart);
    if (fault !== undefined) return [entry.seq, fault];
  }
  return chain.beginFault === undefined ? 'intact' : [entries[0]?.seq, chain.beginFault];
}

test('an intact chain is followed to its head', () => {
  const chain = new AuditChain();
  expect(ENTRIES.map((entry) => chain.findFault(entry))).toEqual(ENTRIES.map(() => undefined));
  expect(chain.summary).toEqual({
    entries: 5,
    tenant: 'default',
    firstSeq: 1,
    firstAt: '2026-01-01T00:00:00.000Z',
    lastAt: '2026-01-01T00:00:04.000Z',
    head: at(4).hash,
  });
});

test.each<[string, readonly AuditEntry[], number, string]>([
  ['changed', ENTRIES.with(2, { ...at(2), data: { kind: 'fix', n: 9 } }), 3, 'was changed'],
  ['changed and sealed anew', ENTRIES.with(2, seal({ ...at(2), data: {} })), 4, 'was replaced'],
  ['removed', ENTRIES.toSpliced(2, 1), 4, 'entries are missing'],
  ['removed from the start', ENTRIES.slice(1), 2, 'entries are missing'],
  ['repeated', ENTRIES.toSpliced(2, 0, at(1)), 2, 'out of order'],
  ['swapped', [at(0), at(2), at(1)], 3, 'out of order'],
  ['of another tenant', ENTRIES.with(2, seal({ ...at(2), tenant: 'other' })), 3, 'another tenant'],
  ['with another number', ENTRIES.with(2, seal({ ...at(2), seq: 7 })), 7, 'out of order'],
])('an entry that was %s is the first broken link', (_what, entries, seq, problem) => {
  expect(follow(entries)).toEqual([seq, expect.stringContaining(problem)]);
});

test('a part may begin anywhere, and is checked from there', () => {
  expect(follow(ENTRIES.slice(2), true)).toBe('intact');
  expect(follow([at(2), at(4)], true)).toEqual([5, expect.stringContaining('missing')]);
});

test('a head that was noted is found while the chain still has it', () => {
  const found = (wanted: string | undefined, entries = ENTRIES) => {
    const chain = new AuditChain(wanted);
    for (const entry of entries) chain.findFault(entry);
    return chain.isWantedFound;
  };
  expect([found(undefined), found(AUDIT_GENESIS), found(at(2).hash), found(at(4).hash)]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  // Cut off at the end: the rest is intact, and only the noted head tells.
  expect(found(at(4).hash, ENTRIES.slice(0, 4))).toBe(false);
});

test.each<[string, AuditEntry['data'], boolean]>([
  ['by number and hash', { through_seq: 2, through_hash: at(1).hash }, true],
  [
    'also more of it than is gone, where a removal was cut short',
    { through_seq: 3, through_hash: at(2).hash },
    true,
  ],
  ['with another hash', { through_seq: 2, through_hash: 'a'.repeat(64) }, false],
  ['but less of it than is gone', { through_seq: 1, through_hash: at(0).hash }, false],
  ['without a number', {}, false],
])('a chain may begin behind what an entry of it says was removed: %s', (_name, data, isProven) => {
  const rest = ENTRIES.slice(2);
  const tombstone = seal({ ...at(4), seq: 6, prev: at(4).hash, action: 'audit.removed', data });
  expect(follow([...rest, tombstone]) === 'intact').toBe(isProven);
  expect(follow([...rest, seal({ ...tombstone, action: 'job.submitted' })])).not.toBe('intact');
});

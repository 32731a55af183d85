import { expect, it } from 'vitest';
import { decideOrphan, type OrphanFacts, type OrphanReason } from './reaper.ts';

const NOW = 1_000_000;

it.each<[OrphanFacts, OrphanReason | undefined]>([
  [{ expiresAt: NOW + 1, createdAt: 0, slot: 'owned' }, undefined],
  [{ expiresAt: NOW, createdAt: 0, slot: 'owned' }, 'expired'],
  [{ expiresAt: Number.NaN, createdAt: 0, slot: 'owned' }, 'expired'],
  [{ expiresAt: NOW + 1, createdAt: NOW, slot: 'abandoned' }, 'owner_dead'],
  [{ expiresAt: NOW + 1, createdAt: NOW - 10_000, slot: 'none' }, undefined],
  [{ expiresAt: NOW + 1, createdAt: NOW - 10_001, slot: 'none' }, 'no_slot'],
])('decides %j: %s', (facts, reason) => {
  expect(decideOrphan(facts, NOW)).toBe(reason);
});

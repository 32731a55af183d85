import type { AuditTombstone } from '@drydock/core';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createRemoveAudit } from './remove-audit.ts';

const signal = new AbortController().signal;
const DAY_MS = 24 * 60 * 60_000;
const through = (throughSeq: number): AuditTombstone => ({ throughSeq, throughHash: 'a'.repeat(64) });

interface World {
  readonly older?: AuditTombstone;
  /** On disk. */
  readonly tombstone?: AuditTombstone;
  /** In the store. */
  readonly announced?: number;
  readonly retentionMs?: number | undefined;
  readonly isOurs?: boolean;
}

async function pass({ older, tombstone, announced, isOurs = true, ...rest }: World) {
  const deps = createDeps();
  const retention = 'retentionMs' in rest ? rest.retentionMs : DAY_MS;
  deps.archivist.isOurs = isOurs;
  deps.auditArchive.older = older;
  deps.auditArchive.tombstone = tombstone;
  if (announced !== undefined)
    deps.audit.stored = [
      {
        seq: 90,
        at: '2026-01-01T00:00:00.000Z',
        tenant: 'default',
        actor: { type: 'monitor', id: 'x' },
        action: 'audit.removed',
        subject: {},
        data: { through_seq: announced, through_hash: 'a'.repeat(64) },
        prev: 'b'.repeat(64),
        hash: 'c'.repeat(64),
      },
    ];
  await createRemoveAudit({ ...deps, auditRetentionMs: retention }).run(signal);
  return {
    said: deps.audit.drafts.map(({ action, data }) => ({ action, ...data })),
    removed: deps.auditArchive.removed,
  };
}

const SAID = { action: 'audit.removed', through_seq: 40, through_hash: 'a'.repeat(64) };

test.each<[string, World, { said: object[]; removed: number[] }]>([
  [
    'removes nothing without a retention',
    { older: through(40), retentionMs: undefined },
    { said: [], removed: [] },
  ],
  ['leaves it to the monitor in office', { older: through(40), isOurs: false }, { said: [], removed: [] }],
  ['has nothing to do where nothing is old', {}, { said: [], removed: [] }],
  ['says first what is to go', { older: through(40) }, { said: [SAID], removed: [] }],
  ['says it once', { older: through(40), announced: 40 }, { said: [], removed: [] }],
  [
    'removes what a file says that goes',
    { older: through(40), tombstone: through(40) },
    { said: [], removed: [40] },
  ],
  [
    'goes on from an older removal',
    { older: through(40), tombstone: through(20) },
    { said: [SAID], removed: [20] },
  ],
])('%s', async (_name, world, expected) => {
  expect(await pass(world)).toEqual(expected);
});

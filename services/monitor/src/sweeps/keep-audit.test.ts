import type { AuditEntry } from '@drydock/contracts';
import { AUDIT_GENESIS } from '@drydock/contracts';
import { expect, test } from 'vitest';
import { createDeps } from '../../test/fakes.ts';
import { createKeepAudit } from './keep-audit.ts';

const signal = new AbortController().signal;
const entries = (count: number): AuditEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    at: '2026-01-01T00:00:00.000Z',
    tenant: 'default',
    actor: { type: 'operator', id: 'test' },
    action: 'job.submitted',
    subject: {},
    data: {},
    prev: AUDIT_GENESIS,
    hash: AUDIT_GENESIS,
  }));

test('links, and moves what is due from the store to files, in segments', async () => {
  const deps = createDeps();
  deps.audit.stored = entries(12_000);
  await createKeepAudit(deps).run(signal);
  expect([deps.audit.links, deps.audit.stored]).toEqual([1, []]);
  expect(deps.auditArchive.kept).toEqual(entries(12_000).map(({ seq }) => seq));
});

test('loses and repeats nothing after a crash between file and store', async () => {
  const deps = createDeps();
  deps.audit.stored = entries(3);
  await deps.auditArchive.put(entries(2));
  await createKeepAudit(deps).run(signal);
  expect([deps.auditArchive.kept, deps.audit.stored]).toEqual([[1, 2, 3], []]);
});

test('moves nothing where another monitor does, and links all the same', async () => {
  const deps = createDeps();
  deps.archivist.isOurs = false;
  deps.audit.stored = entries(3);
  await createKeepAudit(deps).run(signal);
  expect([deps.audit.links, deps.audit.stored.length]).toEqual([1, 3]);
});

import { JobId, SecretName } from '@drydock/contracts';
import type { AuditDraft, SecretRecord } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { Secret, SecretOpener, SecretSealer, newSecretKeys } from '@drydock/service-kit';
import { expect, test } from 'vitest';
import { SecretVault } from './secret-vault.ts';

const KEYS = newSecretKeys();
const NAME = SecretName.parse('NPM_TOKEN');
const OTHER = SecretName.parse('OTHER');
const HOSTS = ['registry.example.test'];
const USE = {
  jobId: JobId.parse('job_01ARZ3NDEKTSV4RRFFQ69G5FAA'),
  actor: { type: 'worker', id: 'wrk_0123456789abcdef' },
  purpose: 'gateway',
} as const;

function toRecord(change: Partial<SecretRecord> = {}): SecretRecord {
  const sealed = new SecretSealer(KEYS.publicKey).seal(
    { tenant: 'default', name: NAME, hosts: HOSTS },
    new Secret('v'),
  );
  const at = '2026-01-01T00:00:00.000Z';
  return { name: NAME, hosts: HOSTS, version: 3, created_at: at, updated_at: at, sealed, ...change };
}

function openVault(
  records: readonly SecretRecord[],
  { privateKey = KEYS.privateKey, isAuditAway = false } = {},
) {
  const drafts: AuditDraft[] = [];
  const vault = new SecretVault({
    secrets: { find: async (names) => records.filter(({ name }) => names.includes(name)) },
    audit: {
      append: async (given) => {
        if (isAuditAway) throw new DrydockError('store_unavailable');
        drafts.push(...given);
      },
    },
    opener: privateKey === '' ? undefined : new SecretOpener(new Secret(privateKey)),
  });
  return { vault, drafts };
}

test('opens what a job names, with the hosts that it may go to, and puts the use on record', async () => {
  const { vault, drafts } = openVault([toRecord(), toRecord({ name: OTHER })]);
  const opened = await vault.open([NAME], USE);
  expect([...opened].map(([name, { value, hosts }]) => [name, value.reveal(), hosts])).toEqual([
    [NAME, 'v', HOSTS],
  ]);
  expect(drafts).toEqual([
    {
      action: 'secret.used',
      actor: USE.actor,
      subject: { job_id: USE.jobId, secret: NAME },
      data: { purpose: 'gateway', version: 3 },
    },
  ]);
});

test('opens nothing that cannot be put on record', async () => {
  const { vault } = openVault([toRecord()], { isAuditAway: true });
  await expect(vault.open([NAME], USE)).rejects.toMatchObject({ code: 'store_unavailable' });
});

test('a job that names nothing needs no key and leaves no entry', async () => {
  const { vault, drafts } = openVault([], { privateKey: '' });
  expect([await vault.open([], USE), drafts]).toEqual([new Map(), []]);
});

test.each([
  ['was deleted', [], undefined],
  ['was given other hosts in the store', [toRecord({ hosts: ['evil.test'] })], undefined],
  ['was sealed as another', [toRecord({ name: OTHER })], undefined],
  ['was sealed to another key', [toRecord()], newSecretKeys().privateKey],
  ['meets a worker without a key', [toRecord()], ''],
])('refuses a secret that %s, whole and without its value', async (_what, records, privateKey) => {
  const { vault } = openVault(records, { privateKey });
  const names = records.map(({ name }) => name);
  const error = await vault.open(names.length === 0 ? [NAME] : names, USE).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'secrets_unavailable' });
});

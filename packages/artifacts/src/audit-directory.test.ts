import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '@drydock/contracts';
import { AUDIT_GENESIS } from '@drydock/contracts';
import { linkEntries } from '@drydock/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuditDirectory } from './audit-directory.ts';

const DRAFT = {
  at: '2026-01-01T00:00:00.000Z',
  actor: { type: 'operator', id: 'test' },
  action: 'job.submitted',
  subject: {},
  data: {},
} as const;
/** Hashes need not be right here, only different. */
const digest = (text: string) => (/"seq":(\d+)/.exec(text)?.[1] ?? '').padStart(64, 'a');
const HEAD = { seq: 0, hash: AUDIT_GENESIS };
const ENTRIES = linkEntries(
  { tenant: 'default', head: HEAD, digest },
  Array.from({ length: 6 }, () => DRAFT),
);
const seqs = (entries: readonly AuditEntry[]) => entries.map(({ seq }) => seq);

let root: string;
let archive: AuditDirectory;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drydock-audit-'));
  archive = new AuditDirectory(root);
});
afterEach(() => rm(root, { recursive: true }));

const list = () => readdir(join(root, 'default'));
const first = '0000000000000001.jsonl';

test('is empty where there is no directory yet', async () => {
  expect(await archive.read(0, 10)).toEqual([]);
});

test('keeps entries as lines of a file of their owner alone, named by the first', async () => {
  expect(await archive.put(ENTRIES.slice(0, 2))).toBe(2);
  expect(await archive.put(ENTRIES.slice(2))).toBe(6);
  expect(await list()).toEqual([first, '0000000000000003.jsonl']);
  const path = join(root, 'default', first);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const text = ENTRIES.slice(0, 2).map((entry) => `${JSON.stringify(entry)}\n`);
  expect(await readFile(path, 'utf8')).toBe(text.join(''));
});

test('gives entries back across files, from any number on', async () => {
  for (const [from, to] of [
    [0, 2],
    [2, 4],
    [4, 6],
  ])
    await archive.put(ENTRIES.slice(from, to));
  const read = async (after: number, limit: number) => seqs(await archive.read(after, limit));
  expect(await read(0, 100)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await read(1, 3)).toEqual([2, 3, 4]);
  expect(await read(4, 1)).toEqual([5]);
  expect(await read(6, 9)).toEqual([]);
});

test('passes over what it has already: a crash before the store was trimmed repeats nothing', async () => {
  await archive.put(ENTRIES.slice(0, 3));
  expect(await archive.put(ENTRIES.slice(0, 3))).toBe(3);
  expect(await archive.put(ENTRIES.slice(0, 5))).toBe(5);
  expect(seqs(await archive.read(0, 100))).toEqual([1, 2, 3, 4, 5]);
});

test('of two that write the same entries at once, one wins, and both know what is there', async () => {
  const others = Array.from({ length: 8 }, () => new AuditDirectory(root));
  const put = (writer: AuditDirectory, index: number) => writer.put(ENTRIES.slice(0, (index % 5) + 1));
  const lasts = await Promise.all(others.map(put));
  const found = seqs(await archive.read(0, 100));
  expect(found).toEqual(Array.from({ length: found.length }, (_, index) => index + 1));
  expect(lasts.every((last) => last <= found.length)).toBe(true);
  expect((await list()).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('what a crash left beside the files is no part of them', async () => {
  await archive.put(ENTRIES.slice(0, 2));
  await writeFile(join(root, 'default', 'half.new'), '{"seq":3');
  expect(await archive.put(ENTRIES.slice(2, 3))).toBe(3);
  expect(seqs(await archive.read(0, 100))).toEqual([1, 2, 3]);
});

test.each([
  ['a gap', () => ENTRIES.slice(3)],
  ['another history', () => ENTRIES.slice(2).map((entry) => ({ ...entry, prev: 'b'.repeat(64) }))],
])('refuses to go on with %s, and keeps nothing of it', async (_what, next) => {
  await archive.put(ENTRIES.slice(0, 2));
  await expect(archive.put(next())).rejects.toMatchObject({ code: 'internal_error' });
  expect(await list()).toEqual([first]);
});

test('says that a file is damaged, instead of leaving out what it had', async () => {
  await archive.put(ENTRIES.slice(0, 2));
  await writeFile(join(root, 'default', first), '{"seq":1\n');
  await expect(archive.read(0, 10)).rejects.toMatchObject({ code: 'internal_error' });
});

test('removes whole files that are old, the last never, and finds what says so', async () => {
  const data = { through_seq: 2, through_hash: ENTRIES[1]?.hash ?? '' };
  const last = ENTRIES.at(-1);
  const said = linkEntries({ tenant: 'default', head: last ?? HEAD, digest }, [
    { ...DRAFT, at: '2026-03-01T00:00:00.000Z', action: 'audit.removed', data },
  ]);
  await archive.put(ENTRIES.slice(0, 2));
  await archive.put(ENTRIES.slice(2));
  const after = Date.parse('2026-02-01T00:00:00.000Z');
  expect(await archive.findOlder(Date.parse(DRAFT.at))).toBeUndefined();
  expect(await archive.findOlder(after)).toEqual({ throughSeq: 2, throughHash: data.through_hash });
  expect(await archive.findTombstone(2)).toBeUndefined();
  await archive.put(said);
  expect(await archive.findOlder(after)).toEqual({ throughSeq: 6, throughHash: last?.hash });
  expect(await archive.findTombstone(2)).toEqual({ throughSeq: 2, throughHash: data.through_hash });
  await archive.removeThrough(1);
  expect(seqs(await archive.read(0, 10))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await archive.removeThrough(2);
  expect(seqs(await archive.read(0, 10))).toEqual([3, 4, 5, 6, 7]);
  await archive.removeThrough(100);
  expect(seqs(await archive.read(0, 10))).toEqual([7]);
});

import { mkdir, mkdtemp, readdir, rename, rm, utimes } from 'node:fs/promises';
import { renameSync as renameNow } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '@drydock/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { condemnedPathOf, pathOf } from './directory-layout.ts';
import { DirectoryStore } from './directory-store.ts';
import { DirectorySweeper } from './directory-sweeper.ts';
import { newIncomingName } from './incoming-name.ts';

const CUTOFF = Date.UTC(2026, 0, 1);
const NOTHING = { removed: 0, removedBytes: 0, kept: new Map() };
const signal = new AbortController().signal;

describe('DirectorySweeper', () => {
  let dir: string;
  let store: DirectoryStore;
  let sweeper: DirectorySweeper;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drydock-artifacts-'));
    store = new DirectoryStore(dir);
    sweeper = new DirectorySweeper(dir);
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** An artifact that was written a minute before the cutoff. */
  async function putOld(text: string): Promise<Digest> {
    const digest = await store.put(Buffer.from(text));
    await age(pathOf(dir, digest));
    return digest;
  }
  const age = (path: string) => utimes(path, CUTOFF / 1_000 - 60, CUTOFF / 1_000 - 60);
  const sweep = (referenced: readonly Digest[] = [], onAsked: (digest: Digest) => void = () => undefined) =>
    sweeper.sweep(
      {
        writtenBefore: CUTOFF,
        isReferenced: (digest) => {
          onAsked(digest);
          return referenced.includes(digest);
        },
      },
      signal,
    );
  const textOf = async (digest: Digest) => Buffer.from(await store.get(digest)).toString();

  it('removes what is old and not referred to, and nothing else', async () => {
    const garbage = await putOld('garbage');
    const referenced = await putOld('referenced');
    const young = await store.put(Buffer.from('young'));
    expect(await sweep([referenced])).toEqual({
      removed: 1,
      removedBytes: 7,
      kept: new Map([[referenced, 10]]),
    });
    await expect(store.get(garbage)).rejects.toMatchObject({ code: 'not_found' });
    expect(await Promise.all([referenced, young].map(textOf))).toEqual(['referenced', 'young']);
    expect(await readdir(join(dir, 'condemned'))).toEqual([]);
  });

  it('keeps old bytes that were put once more just before the sweep', async () => {
    const digest = await putOld('again');
    await store.put(Buffer.from('again'));
    expect(await sweep()).toEqual(NOTHING);
    expect(await textOf(digest)).toBe('again');
  });

  it('gives back what was put once more between the look at it and its removal', async () => {
    const digest = await putOld('raced');
    const scratch = join(dir, 'scratch');
    const other = new DirectoryStore(scratch);
    await other.put(Buffer.from('raced'));
    // The file is young by the time it is moved aside: as if put had renamed it into place after it was looked at.
    let asked = 0;
    const swept = sweep([], () => {
      asked += 1;
      if (asked === 1) renameNow(pathOf(scratch, digest), pathOf(dir, digest));
    });
    expect(await swept).toEqual(NOTHING);
    expect(await textOf(digest)).toBe('raced');
  });

  it('is safe beside writers of the same bytes: every digest that put returned can be read', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `contended ${i}`);
    for (let round = 0; round < 5; round += 1) {
      const digests = await Promise.all(texts.map(putOld));
      const [, , again] = await Promise.all([
        sweep(),
        new DirectorySweeper(dir).sweep({ writtenBefore: CUTOFF, isReferenced: () => false }, signal),
        Promise.all(texts.map((text) => store.put(Buffer.from(text)))),
      ]);
      expect(again).toEqual(digests);
      expect(await Promise.all(again.map(textOf))).toEqual(texts);
    }
  });

  it('gives back what a crash left aside where something refers to it, and removes the rest', async () => {
    const wanted = await putOld('wanted');
    const garbage = await putOld('garbage');
    // A sweep of a process that is there no more: no process has its start.
    const crashed = (await newIncomingName()).replace(/\.\d+\.([^.]+)$/, '.1.$1');
    await mkdir(join(dir, 'condemned', crashed), { recursive: true });
    for (const digest of [wanted, garbage])
      await rename(pathOf(dir, digest), condemnedPathOf(dir, crashed, digest));
    expect(await textOf(wanted), 'readable while it is aside').toBe('wanted');
    expect(await store.size(wanted)).toBe(6);
    await sweep([wanted]);
    expect(await textOf(wanted)).toBe('wanted');
    await expect(store.get(garbage)).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(join(dir, 'condemned'))).toEqual([]);
  });

  it('leaves alone what another sweep has put aside', async () => {
    const digest = await putOld('theirs');
    const living = await newIncomingName();
    await mkdir(join(dir, 'condemned', living), { recursive: true });
    await rename(pathOf(dir, digest), condemnedPathOf(dir, living, digest));
    expect(await sweep()).toEqual(NOTHING);
    expect(await textOf(digest)).toBe('theirs');
  });

  it('leaves alone what is being written and what is none of ours, and sweeps an empty store', async () => {
    expect(await sweep()).toEqual(NOTHING);
    await mkdir(join(dir, 'ab/notes'), { recursive: true });
    await store.put(Buffer.from('x'));
    await sweep();
    expect(await readdir(join(dir, 'ab'))).toEqual(['notes']);
    expect(await readdir(dir)).toContain('incoming');
  });

  it('removes no tree: neither one in the place of an artifact, nor one that was left aside', async () => {
    const name = 'ab'.padEnd(64, '0');
    const crashed = (await newIncomingName()).replace(/\.\d+\.([^.]+)$/, '.1.$1');
    const trees = [join(dir, 'ab', name), join(dir, 'condemned', crashed, name)];
    for (const tree of trees) await mkdir(join(tree, 'inside'), { recursive: true });
    await age(trees[0] ?? '');
    const garbage = await putOld('garbage');
    expect(await sweep()).toEqual({ ...NOTHING, removed: 1, removedBytes: 7 });
    await expect(store.get(garbage)).rejects.toMatchObject({ code: 'not_found' });
    for (const tree of trees) expect(await readdir(tree)).toEqual(['inside']);
  });

  it('stops when its signal aborts', async () => {
    await putOld('garbage');
    const request = { writtenBefore: CUTOFF, isReferenced: () => false };
    await expect(sweeper.sweep(request, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});

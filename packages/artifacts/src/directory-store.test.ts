import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Digest } from '@drydock/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryStore } from './directory-store.ts';
import { newIncomingName } from './incoming-name.ts';

const HELLO = new TextEncoder().encode('hello');
const HELLO_DIGEST = Digest.parse('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');

describe('DirectoryStore', () => {
  let dir: string;
  const fileOf = (digest: string) => join(dir, digest.slice(0, 2), digest);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drydock-artifacts-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it('names what it keeps by its SHA-256 and gives the same bytes back', async () => {
    const store = new DirectoryStore(dir);
    expect(await store.put(HELLO)).toBe(HELLO_DIGEST);
    expect(new Uint8Array(await store.get(HELLO_DIGEST))).toEqual(HELLO);
    expect(await readFile(fileOf(HELLO_DIGEST), 'utf8')).toBe('hello');
  });

  it('makes its directory, readable by its owner alone', async () => {
    const store = new DirectoryStore(join(dir, 'deep/er'));
    await store.put(HELLO);
    expect((await stat(join(dir, 'deep/er'))).mode & 0o777).toBe(0o700);
  });

  it('keeps an empty artifact', async () => {
    const store = new DirectoryStore(dir);
    expect(await store.get(await store.put(new Uint8Array()))).toHaveLength(0);
  });

  it('keeps one file of what is put twice, at once or one after another', async () => {
    const store = new DirectoryStore(dir);
    await Promise.all(Array.from({ length: 20 }, () => store.put(HELLO)));
    await store.put(HELLO);
    expect(await readdir(join(dir, '2c'))).toEqual([HELLO_DIGEST]);
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });

  it('tells the size of what it keeps', async () => {
    const store = new DirectoryStore(dir);
    await store.put(HELLO);
    expect(await store.size(HELLO_DIGEST)).toBe(5);
  });

  it('answers not_found for what it never had', async () => {
    const store = new DirectoryStore(dir);
    await expect(store.get(HELLO_DIGEST)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.size(HELLO_DIGEST)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses to hand out bytes that do not match, and mends them when they are put again', async () => {
    const store = new DirectoryStore(dir);
    await store.put(HELLO);
    await writeFile(fileOf(HELLO_DIGEST), 'jello');
    await expect(store.get(HELLO_DIGEST)).rejects.toMatchObject({ code: 'internal_error' });
    await store.put(HELLO);
    await expect(store.get(HELLO_DIGEST)).resolves.toHaveLength(5);
  });

  it('takes what has exactly the largest size and refuses one byte more without a trace', async () => {
    const store = new DirectoryStore(dir, { maxBytes: 5 });
    await store.put(HELLO);
    const tooLarge = store.put(new Uint8Array(6));
    await expect(tooLarge).rejects.toMatchObject({ code: 'body_too_large' });
    expect((await readdir(dir)).toSorted()).toEqual(['2c', 'incoming']);
  });

  const pieces = async function* (...texts: readonly string[]) {
    await Promise.resolve();
    for (const text of texts) yield new TextEncoder().encode(text);
  };
  const readAll = async (store: DirectoryStore) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.read(HELLO_DIGEST, new AbortController().signal)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it('keeps a stream under the digest of its bytes, and streams it back', async () => {
    const store = new DirectoryStore(dir);
    expect(await store.putStream(pieces('he', '', 'llo'), 5)).toEqual({ digest: HELLO_DIGEST, bytes: 5 });
    expect(await readAll(store)).toBe('hello');
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });

  it('keeps nothing of a stream that is too large or breaks off, and says which it was', async () => {
    const store = new DirectoryStore(dir);
    await expect(store.putStream(pieces('hel', 'lo'), 4)).rejects.toMatchObject({ code: 'body_too_large' });
    const broken = (async function* () {
      yield* pieces('hel');
      throw new Error('the caller went away');
    })();
    await expect(store.putStream(broken, 5)).rejects.toThrow('the caller went away');
    expect(await readdir(dir)).toEqual(['incoming']);
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });

  it('ends a stream of bytes that do not match with an error, and one of nothing with not_found', async () => {
    const store = new DirectoryStore(dir);
    await expect(readAll(store)).rejects.toMatchObject({ code: 'not_found' });
    await store.put(HELLO);
    await writeFile(fileOf(HELLO_DIGEST), 'jello');
    await expect(readAll(store)).rejects.toMatchObject({ code: 'internal_error' });
  });

  it('says store_unavailable where the disk refuses, and leaves nothing half-written', async () => {
    const store = new DirectoryStore(dir);
    await mkdir(fileOf(HELLO_DIGEST), { recursive: true });
    await expect(store.put(HELLO)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });

  it('removes what a crash left an hour ago, and nothing that may still be written', async () => {
    const incoming = join(dir, 'incoming');
    await mkdir(incoming);
    await writeFile(join(incoming, 'old'), 'half');
    await writeFile(join(incoming, 'young'), 'half');
    const now = (await stat(join(incoming, 'young'))).mtimeMs;
    const twoHoursAgo = now / 1_000 - 7_200;
    await utimes(join(incoming, 'old'), twoHoursAgo, twoHoursAgo);
    await new DirectoryStore(dir).put(HELLO);
    expect(await readdir(incoming)).toEqual(['young']);
  });

  it('removes what a dead process of this machine left, at once, and leaves alone what others may still write', async () => {
    const incoming = join(dir, 'incoming');
    await mkdir(incoming);
    const mine = await newIncomingName();
    const [boot, namespace, pid, start, random] = mine.split('.');
    const dead = [boot, namespace, pid, `${start}0`, random].join('.');
    const elsewhere = ['another-boot', namespace, pid, `${start}0`, random].join('.');
    const inAnotherContainer = [boot, '1', pid, `${start}0`, random].join('.');
    const written = [mine, dead, elsewhere, inAnotherContainer];
    for (const name of written) await writeFile(join(incoming, name), 'half');
    await new DirectoryStore(dir).put(HELLO);
    const kept = written.filter((name) => name !== dead);
    expect((await readdir(incoming)).toSorted()).toEqual(kept.toSorted());
  });
});

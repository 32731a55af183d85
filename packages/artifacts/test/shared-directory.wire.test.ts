import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AUDIT_GENESIS, Digest } from '@drydock/contracts';
import { linkEntries } from '@drydock/core';
import { describeWith } from '@drydock/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AuditDirectory,
  DirectorySweeper,
  DirectoryStore,
  shareArtifacts,
  shareAudit,
} from '../src/index.ts';

const run = promisify(execFile);
const GID = 64_510;
const OTHER = { uid: GID, gid: GID };
const signal = new AbortController().signal;

describeWith('open checkout', 'a directory that root and the api share', () => {
  let base: string;
  let dir: string;
  let audit: string;
  let umask: number;
  beforeEach(async () => {
    // As an operator may have it who trusts nobody: modes do not depend on it.
    umask = process.umask(0o077);
    base = await mkdtemp(join(tmpdir(), 'drydock-shared-'));
    await chmod(base, 0o711);
    dir = join(base, 'artifacts');
    audit = join(base, 'audit');
  });
  afterEach(async () => {
    process.umask(umask);
    await rm(base, { recursive: true });
  });

  const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const ownership = async (path: string) => {
    const { uid, gid, mode } = await lstat(path);
    return { uid, gid, mode: (mode & 0o7777).toString(8) };
  };
  const fileOf = (digest: string) => join(dir, digest.slice(0, 2), digest);

  /** What only root may read or change, and a directory that nothing may appear in. */
  async function makeVictims() {
    const file = join(base, 'root-only');
    const directory = join(base, 'directory');
    await writeFile(file, 'of root alone', { mode: 0o600 });
    await mkdir(directory, { mode: 0o755 });
    const look = async () => [await ownership(file), await readFile(file, 'utf8'), await readdir(directory)];
    return { file, directory, look };
  }

  /** Root puts artifacts, and sweeps, while another user tries to turn its directories and files into links. */
  async function putUnderAttack(victims: { readonly file: string; readonly directory: string }) {
    const child = fork(script('attacker.ts'), [dir, victims.file, victims.directory], { ...OTHER });
    try {
      await once(child, 'message');
      const store = new DirectoryStore(dir);
      let kept = 0;
      for (let index = 0; index < 400; index += 1) {
        const put = store.put(Buffer.from(`artifact ${index}`)).then(
          () => 1,
          () => 0,
        );
        kept += await put;
        if (index % 100 === 0) {
          const sweep = { writtenBefore: Number.MAX_SAFE_INTEGER, isReferenced: () => false };
          await new DirectorySweeper(dir).sweep(sweep, signal).catch(() => undefined);
        }
      }
      const counted = once(child, 'message');
      child.send('stop');
      const [counts] = (await counted) as [
        Record<'attempts' | 'directoriesReplaced' | 'linksPlanted', number>,
      ];
      return { ...counts, kept };
    } finally {
      child.kill('SIGKILL');
    }
  }

  test('another user gains nothing of what root writes beside it, however it races', async () => {
    await shareArtifacts(dir, GID);
    const victims = await makeVictims();
    const before = await victims.look();
    const { attempts, directoriesReplaced, linksPlanted, kept } = await putUnderAttack(victims);
    expect(attempts).toBeGreaterThan(100);
    expect(linksPlanted).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(0);
    expect(directoriesReplaced).toBe(0);
    expect(await victims.look()).toEqual(before);
  });

  test('the same attack turns directories into links where they are its user’s', async () => {
    await shareArtifacts(dir, GID);
    await chown(dir, GID, GID);
    const victims = await makeVictims();
    const { directoriesReplaced } = await putUnderAttack(victims);
    expect(directoriesReplaced).toBeGreaterThan(0);
    // No owner is changed even then.
    expect((await victims.look()).slice(0, 2)).toEqual([{ uid: 0, gid: 0, mode: '600' }, 'of root alone']);
  });

  test('root and the group read what the other wrote, and root removes both; the audit is root’s to write', async () => {
    await shareArtifacts(dir, GID);
    await shareAudit(audit, GID);
    const store = new DirectoryStore(dir);
    const ofRoot = await store.put(Buffer.from('of root'));
    expect(await ownership(fileOf(ofRoot))).toEqual({ uid: 0, gid: GID, mode: '640' });
    const draft = {
      at: '2026-01-01T00:00:00.000Z',
      actor: { type: 'operator', id: 'test' },
      subject: {},
      data: {},
    } as const;
    const head = { seq: 0, hash: AUDIT_GENESIS };
    const hash = () => 'a'.repeat(64);
    const entries = linkEntries({ tenant: 'default', head, digest: hash }, [
      { ...draft, action: 'job.submitted' },
    ]);
    await new AuditDirectory(audit).put(entries);
    const { stdout } = await run(process.execPath, [script('group-member.ts'), dir, audit, ofRoot], {
      ...OTHER,
    });
    const { own, ...rest } = JSON.parse(stdout) as { own: string };
    expect(rest).toEqual({ read: 'of root', isSameAgain: true, entries: 1, refused: 'EACCES' });
    const digests = [ofRoot, Digest.parse(own)];
    expect(Buffer.from(await store.get(Digest.parse(own))).toString()).toBe('of the group');
    for (const digest of digests) await utimes(fileOf(digest), 1, 1);
    const sweep = { writtenBefore: 2_000, isReferenced: () => false };
    expect(await new DirectorySweeper(dir).sweep(sweep, signal)).toMatchObject({ removed: 2 });
  });

  test('takes back what an older version gave away, and leaves alone what is linked there', async () => {
    const { file, look } = await makeVictims();
    const before = await look();
    const digest = await new DirectoryStore(dir).put(Buffer.from('old'));
    const condemned = join(dir, 'condemned');
    await mkdir(condemned);
    await link(file, join(dir, 'ab'.padEnd(64, '0'))).then(() => symlink(file, join(condemned, 'link')));
    await run('chown', ['-Rh', `${GID}:${GID}`, dir]);
    await chown(file, 0, 0);
    await shareArtifacts(dir, GID);
    expect(await look()).toEqual(before);
    expect(await ownership(dir)).toEqual({ uid: 0, gid: GID, mode: '2750' });
    expect(await ownership(condemned)).toEqual({ uid: 0, gid: GID, mode: '2750' });
    for (const name of ['incoming', '00', 'ff', digest.slice(0, 2)])
      expect(await ownership(join(dir, name))).toEqual({ uid: 0, gid: GID, mode: '2770' });
    expect(await ownership(fileOf(digest))).toEqual({ uid: 0, gid: GID, mode: '640' });
  });

  test.each(['incoming', '7f', 'condemned'])('refuses a link in the place of %s', async (name) => {
    const { directory, look } = await makeVictims();
    const before = [await ownership(directory), await look()];
    await mkdir(dir);
    await symlink(directory, join(dir, name));
    await run('chown', ['-Rh', `${GID}:${GID}`, dir]);
    await expect(shareArtifacts(dir, GID)).rejects.toThrow(`${join(dir, name)} is not a directory`);
    expect([await ownership(directory), await look()]).toEqual(before);
  });

  test('waits for no pipe and follows no link that is in the place of an artifact', async () => {
    const store = new DirectoryStore(dir);
    const digest = await store.put(Buffer.from('replaced'));
    await writeFile(join(base, 'same'), 'replaced');
    for (const place of [
      () => run('mkfifo', [fileOf(digest)]),
      () => symlink(join(base, 'same'), fileOf(digest)),
      () => mkdir(fileOf(digest)),
    ]) {
      await rm(fileOf(digest), { recursive: true });
      await place();
      await expect(store.get(digest)).rejects.toMatchObject({ code: 'store_unavailable' });
      await expect(store.size(digest)).rejects.toMatchObject({ code: 'store_unavailable' });
    }
  });
});

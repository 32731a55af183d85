import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MirroredCommit } from '@drydock/core';
import { systemClock } from '@drydock/service-kit';
import { GitServer } from '@drydock/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GitMirrorCache, type GitMirrorOptions } from '../src/index.ts';

const MIB = 1 << 20;
const soon = () => AbortSignal.timeout(15_000);

describe('a git mirror', () => {
  let server: GitServer;
  let repository: string;
  let dir: string;

  beforeAll(async () => {
    server = await GitServer.start();
    repository = server.create('repo');
    commit('one');
    server.git(repository, 'tag', '-a', '-m', 'release', 'v1');
    commit('two');
    server.git(repository, 'branch', 'feature/x');
    commit('three');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'drydock-mirrors-'));
    server.requests.length = 0;
    server.intercept = () => false;
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    expect(hostGits(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  function commit(text: string): string {
    writeFileSync(join(repository, 'file.txt'), text);
    server.git(repository, 'add', '.');
    server.git(repository, 'commit', '-q', '-m', text);
    return server.git(repository, 'rev-parse', 'HEAD');
  }

  function cache(changes: Partial<GitMirrorOptions> = {}): GitMirrorCache {
    return new GitMirrorCache({
      dir,
      allowHosts: ['127.0.0.1'],
      budgetBytes: 100 * MIB,
      maxBytes: 50 * MIB,
      timeoutMs: 10_000,
      clock: systemClock,
      ...changes,
    });
  }

  function fetchRef(ref: string, mirrors = cache()): Promise<MirroredCommit> {
    return mirrors.fetch({ url: `${server.url}/repo`, ref }, soon());
  }

  const revision = (name: string) => server.git(repository, 'rev-parse', `${name}^{commit}`);

  it.each(['HEAD', 'main', 'v1', 'feature/x', 'refs/heads/main', 'refs/tags/v1'])(
    'finds the commit of %s',
    async (ref) => {
      await using found = await fetchRef(ref);
      expect(found.sha).toBe(revision(ref));
      // The whole history, so that an agent can look into it.
      const log = server.git(found.mirrorDir, 'log', '--format=%s', found.sha).split('\n');
      expect(log.at(-1)).toBe('one');
    },
  );

  it('finds a commit by its name, whole or short, and asks nobody for one that it has', async () => {
    const sha = revision('v1');
    const mirrors = cache();
    await using found = await fetchRef(sha, mirrors);
    await using short = await fetchRef(sha.slice(0, 10), mirrors);
    expect([found.sha, short.sha]).toEqual([sha, sha]);
    server.requests.length = 0;
    await using again = await fetchRef(sha, mirrors);
    expect([again.sha, server.requests]).toEqual([sha, []]);
  });

  it('finds refs that are neither branches nor tags, and commits that nothing leads to', async () => {
    const sha = server.git(repository, 'commit-tree', '-m', 'lonely', 'HEAD^{tree}');
    await using byName = await fetchRef(sha);
    server.git(repository, 'update-ref', 'refs/pull/7/head', sha);
    await using byRef = await fetchRef('refs/pull/7/head');
    expect([byName.sha, byRef.sha]).toEqual([sha, sha]);
    server.git(repository, 'update-ref', '-d', 'refs/pull/7/head');
  });

  it.each(['nothing', 'refs/pull/9/head', '1'.repeat(40)])('says that there is no %s', async (ref) => {
    await expect(fetchRef(ref)).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining(`"${ref}"`),
    });
  });

  it('sees what was pushed since, and forgets branches that are gone', async () => {
    const mirrors = cache();
    await (await fetchRef('main', mirrors))[Symbol.asyncDispose]();
    server.git(repository, 'branch', 'short-lived');
    await (await fetchRef('short-lived', mirrors))[Symbol.asyncDispose]();
    const sha = commit('four');
    server.git(repository, 'branch', '-D', 'short-lived');
    await using found = await fetchRef('main', mirrors);
    expect(found.sha).toBe(sha);
    await expect(fetchRef('short-lived', mirrors)).rejects.toMatchObject({ code: 'bad_source' });
  });

  it('transfers a repository once for many who ask at once, and again for none of them', async () => {
    const found = await Promise.all(Array.from({ length: 5 }, () => fetchRef('main')));
    expect(new Set(found.map(({ sha }) => sha))).toEqual(new Set([revision('main')]));
    expect(server.requests.filter((request) => request === 'command=fetch')).toHaveLength(1);
    for (const each of found) await each[Symbol.asyncDispose]();
  });

  it('refuses addresses that are not public, before anything is dialled', async () => {
    const mirrors = cache({ allowHosts: [] });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433', '[::ffff:127.0.0.1]']) {
      const url = `http://${host}:${server.port}/repo`;
      await expect(mirrors.fetch({ url, ref: 'main' }, soon())).rejects.toMatchObject({ code: 'bad_source' });
    }
    expect(server.requests).toEqual([]);
  });

  it('dials the address that was checked, whatever the name means to others', async () => {
    const asked: string[] = [];
    const lookUp = (host: string) => Promise.resolve([asked.push(host) && '127.0.0.1']);
    const mirrors = cache({ allowHosts: [`git.example:${server.port}`], lookUp: lookUp as never });
    const url = `http://git.example:${server.port}/repo`;
    await using found = await mirrors.fetch({ url, ref: 'main' }, soon());
    expect([found.sha, asked]).toEqual([revision('main'), ['git.example']]);
  });

  it('does not follow a redirect, nor the alternates of an old server', async () => {
    await using other = await GitServer.start();
    server.intercept = (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url}` }).end();
      return true;
    };
    await expect(fetchRef('main')).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining('redirects'),
    });
    const sha = revision('main');
    server.intercept = (request, response) => {
      if (request.url?.includes('/info/refs')) response.end(`${sha}\trefs/heads/main\n`);
      else if (request.url?.endsWith('/HEAD')) response.end('ref: refs/heads/main\n');
      else if (request.url?.includes('alternates')) response.end(`${other.url}/repo/objects\n`);
      else response.writeHead(404).end();
      return true;
    };
    await expect(fetchRef('main')).rejects.toMatchObject({ code: expect.stringMatching(/source/) });
    expect(server.requests.some((request) => request.includes('alternates'))).toBe(true);
    expect(other.requests).toEqual([]);
  });

  it.each([
    [401, 'bad_source', 'credentials'],
    [404, 'bad_source', 'no git repository'],
    [503, 'source_unavailable', 'could not be fetched'],
  ])('tells a %i as %s', async (status, code, words) => {
    server.intercept = (_, response) => {
      response.writeHead(status).end();
      return true;
    };
    await expect(fetchRef('main')).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(readdirSync(dir).filter((name) => name.endsWith('.git'))).toEqual([]);
  });

  it('runs no hook, reads no configuration of the machine and asks no helper', async () => {
    const home = join(dir, 'home');
    const marker = join(dir, 'marker');
    mkdirSync(join(home, 'hooks'), { recursive: true });
    for (const name of ['reference-transaction', 'post-checkout', 'post-merge']) {
      writeFileSync(join(home, 'hooks', name), `#!/bin/sh\ntouch ${marker}\n`);
      chmodSync(join(home, 'hooks', name), 0o755);
    }
    writeFileSync(
      join(home, '.gitconfig'),
      `[core]\nhooksPath=${home}/hooks\n[credential]\nhelper=!touch ${marker}\n`,
    );
    vi.stubEnv('HOME', home);
    await (await fetchRef('main'))[Symbol.asyncDispose]();
    expect(existsSync(marker)).toBe(false);
  });

  it('ends a server that sends nothing at its deadline, and at an abort, and leaves nothing', async () => {
    server.intercept = () => true;
    await expect(fetchRef('main', cache({ timeoutMs: 400 }))).rejects.toMatchObject({
      code: 'source_unavailable',
    });
    const abort = new AbortController();
    const fetched = cache().fetch({ url: `${server.url}/repo`, ref: 'main' }, abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled')), 300);
    await expect(fetched).rejects.toThrow('cancelled');
    expect(readdirSync(dir).filter((name) => name.endsWith('.git'))).toEqual([]);
  });

  it('stops a repository that is larger than allowed, and one that does not stop', async () => {
    const large = server.create('large');
    writeFileSync(join(large, 'random'), randomBytes(8 * MIB));
    server.git(large, 'add', '.');
    server.git(large, 'commit', '-q', '-m', 'large');
    const mirrors = cache({ maxBytes: 2 * MIB });
    await expect(mirrors.fetch({ url: `${server.url}/large`, ref: 'HEAD' }, soon())).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining('2 MiB'),
    });
    expect(readdirSync(dir).filter((name) => name.endsWith('.git'))).toEqual([]);
  });

  it('removes what was used least, and never what is in use', async () => {
    server.git(server.root, 'clone', '-q', '--bare', 'repo', 'second.git');
    const mirrors = cache();
    const first = await fetchRef('main', mirrors);
    const second = await mirrors.fetch({ url: `${server.url}/second.git`, ref: 'main' }, soon());
    await second[Symbol.asyncDispose]();
    expect(await cache({ budgetBytes: 0 }).collectGarbage()).toHaveLength(1);
    expect([existsSync(first.mirrorDir), existsSync(second.mirrorDir)]).toEqual([true, false]);
    await first[Symbol.asyncDispose]();
    expect(await cache({ budgetBytes: 0 }).collectGarbage()).toHaveLength(1);
    expect(readdirSync(dir).filter((name) => !/\.(?:use|fetch)$/.test(name))).toEqual([]);
  });

  it('goes on after a fetch that was killed half-way', async () => {
    const mirrors = cache();
    const found = await fetchRef('main', mirrors);
    writeFileSync(join(found.mirrorDir, 'objects/pack/tmp_pack_dead'), 'half');
    writeFileSync(join(found.mirrorDir, 'packed-refs.lock'), '');
    writeFileSync(join(found.mirrorDir, 'refs/heads/main.lock'), '');
    await found[Symbol.asyncDispose]();
    const sha = commit('five');
    await using again = await fetchRef('main', mirrors);
    expect(again.sha).toBe(sha);
    expect(
      readdirSync(join(found.mirrorDir, 'objects/pack')).filter((name) => name.startsWith('tmp')),
    ).toEqual([]);
  });
});

/** Processes of this host that work in a directory: git and holders of locks. */
function hostGits(dir: string): string[] {
  const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return processes.filter((line) => line.includes(dir));
}

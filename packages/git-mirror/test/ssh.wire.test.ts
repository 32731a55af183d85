import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@drydock/service-kit';
import { describeWith, GitServer, SshGitServer } from '@drydock/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { GitMirrorCache, type GitMirrorOptions } from '../src/index.ts';

const MIB = 1 << 20;
const soon = () => AbortSignal.timeout(15_000);

describeWith('sshd', 'a git mirror over ssh', () => {
  let repositories: GitServer;
  let repository: string;
  let server: SshGitServer;
  let dir: string;

  beforeAll(async () => {
    repositories = await GitServer.start();
    repository = repositories.create('repo');
    commit('one');
    server = await SshGitServer.start(repositories.root);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await repositories?.[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'drydock-ssh-mirrors-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    expect(processesWith(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  function commit(text: string): string {
    writeFileSync(join(repository, 'file.txt'), text);
    repositories.git(repository, 'add', '.');
    repositories.git(repository, 'commit', '-q', '-m', text);
    return repositories.git(repository, 'rev-parse', 'HEAD');
  }

  function fetchFrom(url: string, changes: Partial<GitMirrorOptions> = {}, signal = soon()) {
    const mirrors = new GitMirrorCache({
      dir: join(dir, 'mirrors'),
      allowHosts: ['127.0.0.1'],
      budgetBytes: 100 * MIB,
      maxBytes: 50 * MIB,
      timeoutMs: 10_000,
      clock: systemClock,
      ssh: server.identity,
      ...changes,
    });
    return mirrors.fetch({ url, ref: 'main' }, signal);
  }

  /** A copy of one of the operator's files that a test may spoil. */
  function copy(file: 'keyFile' | 'knownHostsFile', text?: string): string {
    const path = join(dir, file);
    copyFileSync(server.identity[file], path);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  }

  /** How a fetch was refused; and that no key got to the server. */
  async function refusal(url: string, changes: Partial<GitMirrorOptions> = {}) {
    const before = server.requests.length;
    const error: unknown = await fetchFrom(url, changes).then(
      async (found) => found[Symbol.asyncDispose](),
      (thrown: unknown) => thrown,
    );
    expect(server.requests).toHaveLength(before);
    expect(String(error)).not.toContain(dir);
    return error;
  }

  it('fetches with the key of the operator, and sees what was pushed since', async () => {
    await using first = await fetchFrom(server.url('repo'));
    expect(first.sha).toBe(repositories.git(repository, 'rev-parse', 'HEAD'));
    const sha = commit('two');
    await using second = await fetchFrom(server.url('repo'));
    expect(second.sha).toBe(sha);
    expect(repositories.git(second.mirrorDir, 'log', '--format=%s', sha)).toBe('two\none');
    expect(server.requests.at(-1)).toBe(`git-upload-pack '${repositories.root}/repo'`);
  });

  it('dials the address that was checked, and knows the host by its name', async () => {
    const asked: string[] = [];
    const lookUp = (host: string) => Promise.resolve([asked.push(host) && '127.0.0.1']);
    const known = readFileSync(server.identity.knownHostsFile, 'utf8').replace('127.0.0.1', 'git.example');
    await using found = await fetchFrom(server.url('repo', 'git.example'), {
      allowHosts: ['git.example'],
      lookUp: lookUp as never,
      ssh: { ...server.identity, knownHostsFile: copy('knownHostsFile', known) },
    });
    expect([found.sha, asked]).toEqual([repositories.git(repository, 'rev-parse', 'HEAD'), ['git.example']]);
  });

  it('refuses a host whose key is another, and one that nobody named', async () => {
    const known = readFileSync(server.identity.knownHostsFile, 'utf8');
    const other = readFileSync(`${server.identity.keyFile}.pub`, 'utf8');
    const changed = copy('knownHostsFile', `${known.split(' ')[0]} ${other}`);
    expect(
      await refusal(server.url('repo'), { ssh: { ...server.identity, knownHostsFile: changed } }),
    ).toMatchObject({ code: 'bad_source', message: expect.stringContaining('another host key') });
    const unknown = copy('knownHostsFile', known.replace('127.0.0.1', 'git.example'));
    expect(
      await refusal(server.url('repo'), { ssh: { ...server.identity, knownHostsFile: unknown } }),
    ).toMatchObject({ code: 'bad_source', message: expect.stringContaining('has not named') });
    expect(readFileSync(unknown, 'utf8')).not.toContain('127.0.0.1');
  });

  it('uses no key that others can read, and says whose business that is', async () => {
    const keyFile = copy('keyFile');
    chmodSync(keyFile, 0o644);
    expect(await refusal(server.url('repo'), { ssh: { ...server.identity, keyFile } })).toMatchObject({
      code: 'source_unavailable',
      message: expect.stringContaining('DRYDOCK_GIT_SSH_KEY_FILE'),
    });
  });

  it('says when the host does not take the key, or has no such repository', async () => {
    const keyFile = join(dir, 'other');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    expect(await refusal(server.url('repo'), { ssh: { ...server.identity, keyFile } })).toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining("operator's key"),
    });
    await expect(fetchFrom(server.url('missing'))).rejects.toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining('no git repository'),
    });
  });

  it('needs an operator who gave it a key', async () => {
    expect(await refusal(server.url('repo'), { ssh: undefined })).toMatchObject({
      code: 'bad_source',
      message: expect.stringContaining('DRYDOCK_GIT_SSH_KEY_FILE'),
    });
  });

  it('refuses an address that is not public, before anything is dialled', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433']) {
      expect(await refusal(server.url('repo', host), { allowHosts: [] })).toMatchObject({
        code: 'bad_source',
        message: expect.stringContaining('not a public address'),
      });
    }
  });

  it.each([
    'ssh://-oProxyCommand=touch${IFS}marker/x',
    'ssh://git@127.0.0.1/-x',
    'ssh://-git@127.0.0.1/x',
    'ssh://git@127.0.0.1/x\n-oProxyCommand=id',
    'ssh://git@127.0.0.1/%00',
    'git@127.0.0.1:-x',
    "git@127.0.0.1:x';id;'",
  ])('refuses %j before anything is started', async (url) => {
    expect(await refusal(url)).toMatchObject({ code: 'bad_source' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('asks no agent and reads no configuration of the machine', async () => {
    const home = join(dir, 'home');
    const marker = join(dir, 'marker');
    execFileSync('mkdir', ['-p', join(home, '.ssh')]);
    writeFileSync(join(home, '.ssh/config'), `Host *\n  ProxyCommand touch ${marker}\n  ForwardAgent yes\n`);
    vi.stubEnv('HOME', home);
    vi.stubEnv('SSH_AUTH_SOCK', join(dir, 'agent'));
    vi.stubEnv('GIT_SSH_COMMAND', `touch ${marker}`);
    await (await fetchFrom(server.url('repo')))[Symbol.asyncDispose]();
    expect(readdirSync(dir)).not.toContain('marker');
    expect(server.requests.at(-1)).not.toContain('agent');
  });

  it('ends at an abort, with nothing left running, at a host that says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `ssh://git@127.0.0.1:${(silent.address() as AddressInfo).port}/repo`;
    const abort = new AbortController();
    silent.once('connection', (socket) => {
      // Its end is seen behind what the client says first, which has to be read for that.
      socket.on('error', () => undefined).resume();
      abort.abort(new Error('cancelled'));
    });
    await expect(fetchFrom(url, {}, abort.signal)).rejects.toThrow('cancelled');
    silent.close();
    await once(silent, 'close');
  });
});

/** Processes of this host that work in a directory: git, ssh and holders of locks. */
function processesWith(dir: string): string[] {
  const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return processes.filter((line) => line.includes(dir));
}

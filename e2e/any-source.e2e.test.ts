import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXAMPLES, readExample } from '@drydock/examples';
import { describeWith, GitServer, SshGitServer } from '@drydock/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

const soon = () => AbortSignal.timeout(20_000);

/** A repository named `example` with the files of the first example. */
async function createExample(server: GitServer): Promise<string> {
  const repository = server.create('example');
  const [example] = EXAMPLES;
  if (example === undefined) throw new Error('There is no example.');
  const { source } = await readExample(example);
  if (source.type !== 'files') throw new Error('The example has no files.');
  for (const { path, content, encoding } of source.files) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content, encoding === 'base64' ? 'base64' : 'utf8');
  }
  server.git(repository, 'add', '-f', '.');
  server.git(repository, 'commit', '-q', '-m', 'example');
  return repository;
}

describe('a job from any source', () => {
  let e2e: E2eStack;
  let server: GitServer;
  let repository: string;

  beforeAll(async () => {
    server = await GitServer.start();
    repository = await createExample(server);
    e2e = await startE2eStack({ settings: { DRYDOCK_GIT_ALLOW_HOSTS: `127.0.0.1:${server.port}` } });
  });
  afterAll(async () => {
    await e2e?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  it('is proven on a commit of a git server', async () => {
    const url = `${server.url}/example`;
    const { id } = await e2e.submit({ model: 'scripted/fix-ts', source: { type: 'git', url, ref: 'main' } });
    const { job, patch } = await e2e.finish(id);
    expect([job.error, job.result?.verified]).toEqual([null, true]);
    expect(patch).toContain('diff --git');
  });

  it('is proven on an uploaded archive and on an uploaded bundle', async () => {
    const archive = execFileSync('tar', ['-czf', '-', '-C', repository, '.'], { maxBuffer: 1 << 26 });
    const bundle = execFileSync('git', ['-C', repository, 'bundle', 'create', '-q', '-', 'main']);
    for (const [bytes, format] of [
      [archive, 'tar.gz'],
      [bundle, 'bundle'],
    ] as const) {
      const { id: upload_id } = await e2e.client.upload(Uint8Array.from(bytes), format, soon());
      const { id } = await e2e.submit({
        model: 'scripted/fix-ts',
        source: { type: 'upload', upload_id, ref: 'HEAD' },
      });
      const { job } = await e2e.finish(id);
      expect([format, job.error, job.result?.verified]).toEqual([format, null, true]);
    }
  });

  it('fails with bad_source and what to do next, where the repository or the ref is to blame', async () => {
    for (const [url, ref, words] of [
      [`${server.url}/example`, 'nothing', 'has no commit "nothing"'],
      [`${server.url}/missing`, 'main', 'is no git repository'],
      ['http://localhost:9/x', 'main', 'not a public address'],
    ] as const) {
      const { id } = await e2e.submit({ source: { type: 'git', url, ref } });
      const { job } = await e2e.finish(id);
      expect(job).toMatchObject({ status: 'failed', error: { code: 'bad_source', blame: 'caller' } });
      expect(job.error?.message).toContain(words);
    }
  });

  it('is refused with what the operator has to set, where it needs ssh and there is no key', async () => {
    const submitted = e2e.submit({ source: { type: 'git', url: 'git@git.example:a/b', ref: 'main' } });
    const detail = expect.stringMatching(/the operator .*DRYDOCK_GIT_SSH_KEY_FILE/);
    await expect(submitted).rejects.toMatchObject({
      status: 422,
      problem: { code: 'bad_source', errors: [{ pointer: '/source/url', detail }] },
    });
  });
});

describeWith('sshd', 'a job from an ssh git host', () => {
  let e2e: E2eStack;
  let repositories: GitServer;
  let server: SshGitServer;

  beforeAll(async () => {
    repositories = await GitServer.start();
    await createExample(repositories);
    server = await SshGitServer.start(repositories.root);
    e2e = await startE2eStack({
      settings: {
        DRYDOCK_GIT_ALLOW_HOSTS: `127.0.0.1:${server.port}`,
        DRYDOCK_GIT_SSH_KEY_FILE: server.identity.keyFile,
        DRYDOCK_GIT_SSH_KNOWN_HOSTS_FILE: server.identity.knownHostsFile,
      },
    });
  });
  afterAll(async () => {
    await e2e?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await repositories?.[Symbol.asyncDispose]();
  });

  it('is proven, and says nothing of the key that it was fetched with', async () => {
    const source = { type: 'git', url: server.url('example'), ref: 'main' } as const;
    const { id } = await e2e.submit({ model: 'scripted/fix-ts', source });
    const { job, events, patch } = await e2e.finish(id);
    expect([job.error, job.result?.verified]).toEqual([null, true]);
    const [, key = ''] = readFileSync(server.identity.keyFile, 'utf8').split('\n');
    const logs = readFileSync(join(e2e.stack.data.logsDir, 'worker.log'), 'utf8');
    const said = JSON.stringify([job, events, patch]);
    for (const word of [key, server.identity.keyFile]) expect(`${said}${logs}`).not.toContain(word);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXAMPLES, readExample } from '@drydock/examples';
import { GitServer } from '@drydock/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';

const soon = () => AbortSignal.timeout(20_000);

describe('a job from any source', () => {
  let e2e: E2eStack;
  let server: GitServer;
  let repository: string;

  beforeAll(async () => {
    server = await GitServer.start();
    repository = server.create('example');
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
});

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitServer } from '@drydock/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { E2eStack, FinishedJob } from './src/e2e-stack.ts';
import { startE2eStack } from './src/e2e-stack.ts';
import { DEEP_FILE, ODD_NAMES, writeHardRepository } from './src/make-hard-repository.ts';

const soon = () => AbortSignal.timeout(60_000);
const MODEL = 'scripted/hard-ts';

describe('a job on a repository of everything that is hard', () => {
  let e2e: E2eStack;
  let server: GitServer;
  let repository: string;
  let scratch: string;

  beforeAll(async () => {
    server = await GitServer.start();
    const module = server.create('module');
    server.git(module, 'commit', '-q', '--allow-empty', '-m', 'module');
    repository = server.create('hard');
    writeHardRepository(repository);
    server.git(repository, 'add', '-A');
    // A submodule as a clone has it that nobody initialised: a commit and no files.
    const sha = server.git(module, 'rev-parse', 'HEAD').trim();
    server.git(repository, 'update-index', '--add', '--cacheinfo', `160000,${sha},vendor/module`);
    server.git(repository, 'commit', '-q', '-m', 'hard');
    scratch = mkdtempSync(join(tmpdir(), 'drydock-hard-'));
    e2e = await startE2eStack({
      settings: { DRYDOCK_GIT_ALLOW_HOSTS: `127.0.0.1:${server.port}`, DRYDOCK_WARM_SANDBOXES: '0' },
    });
  });
  afterAll(async () => {
    await e2e?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** What `git apply` makes of the patch on a clean copy of the repository's files. */
  async function applyPatch({ job }: FinishedJob, name: string): Promise<string> {
    const patch = await e2e.client.getArtifact(job.id, 'patch.diff');
    const dir = join(scratch, name);
    cpSync(repository, dir, { recursive: true, verbatimSymlinks: true });
    rmSync(join(dir, '.git'), { recursive: true });
    execFileSync('git', ['init', '-q', dir]);
    execFileSync('git', ['-C', dir, 'apply', '-'], { input: patch });
    return dir;
  }

  function expectWork(dir: string): void {
    const read = (path: string) => readFileSync(join(dir, path));
    // Line ends stay as they were, in the lines that were edited too.
    expect(read('src/calc.js').toString()).toBe('exports.add = (a, b) => a + b;\r\nexports.one = 1;\r\n');
    expect(read('mixed.txt').toString()).toBe('unix, edited\nwindows\r\nmac\rend\n');
    expect(read('no-newline.txt').toString()).toBe('last line without an end, edited');
    expect([...read('logo.bin').subarray(0, 4)]).toEqual([0, 1, 2, 3]);
    expect([...read('latin1.txt')]).toEqual([0x63, 0x61, 0x66, 0xe9, 0x0a, 0xe9, 0x0a]);
    expect(read(DEEP_FILE).toString()).toBe('deeper\n');
    for (const name of ODD_NAMES) expect(read(`odd/${name}`).toString()).toMatch(/edited\n$/);
    expect(read('huge.csv').toString().slice(-30)).toContain('row 400000, added');
    expect(execFileSync('readlink', [join(dir, 'link-to-nothing')]).toString()).toBe('somewhere\n');
    expect(execFileSync('stat', ['-c', '%a', join(dir, 'run.sh')]).toString()).toBe('644\n');
  }

  it('comes to the same files by its patch, from a git server, with what it left empty named', async () => {
    const source = { type: 'git', url: `${server.url}/hard`, ref: 'main' } as const;
    const finished = await e2e.finish((await e2e.submit({ model: MODEL, source })).id);
    const { job } = finished;
    expect(job, job.error?.message).toMatchObject({ status: 'succeeded', result: { verified: true } });
    expect(job.result?.checks?.fail_to_pass).toEqual(['test/calc.test.js::adds']);
    expect(job.result?.warnings).toContainEqual({
      code: 'submodules_left_empty',
      message: expect.stringContaining('vendor/module') as string,
    });
    expectWork(await applyPatch(finished, 'git'));
  });

  it('comes to the same files by its patch, from an archive without history', async () => {
    const archive = execFileSync('tar', ['-czf', '-', '--exclude=./.git', '-C', repository, '.'], {
      maxBuffer: 1 << 28,
    });
    const { id: upload_id } = await e2e.client.upload(Uint8Array.from(archive), 'tar.gz', soon());
    const source = { type: 'upload', upload_id, ref: 'HEAD' } as const;
    const finished = await e2e.finish((await e2e.submit({ model: MODEL, source })).id);
    expect(finished.job, finished.job.error?.message).toMatchObject({ result: { verified: true } });
    expectWork(await applyPatch(finished, 'archive'));
  });
});

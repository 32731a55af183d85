import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureRuntime } from '../src/index.ts';
import { callDocker, isDockerMissing, ROOT_DIR, runInImage } from './run-in-image.ts';

const EMPTY_IMAGE = 'drydock/test-empty:runtime';
const LIB = '/opt/drydock/lib';
const LOADER_SUFFIX = process.arch === 'arm64' ? '-aarch64.so.1' : '-x86-64.so.2';

/** Two 512-byte blocks of zeros: a tar with no entry. */
const EMPTY_TAR = new Uint8Array(1_024);

const ENTRY = `
import { readFileSync } from 'node:fs';
const who: string = process.argv[2] ?? 'nobody';
const caps = /CapEff:\\s+(\\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(JSON.stringify({ who, uid: process.getuid?.(), caps, node: process.versions.node }));
`;

describe.skipIf(isDockerMissing())('the injected runtime', () => {
  let rootDir: string;
  let runtimeDir: string;

  beforeAll(async () => {
    rootDir = mkdtempSync(join(tmpdir(), 'drydock-runtime-'));
    mkdirSync(join(rootDir, 'src'));
    writeFileSync(join(rootDir, 'src/agent.ts'), ENTRY);
    const contents = { bundles: [{ entry: 'src/agent.ts', output: 'agent/agent.mjs' }], files: [] };
    ({ runtimeDir } = await ensureRuntime({ rootDir, contents }));
    const { status, body } = await callDocker(
      'POST',
      `/images/create?fromSrc=-&repo=${EMPTY_IMAGE.replace(':', '&tag=')}`,
      EMPTY_TAR,
    );
    if (status !== 200) throw new Error(`no empty image: ${body}`);
  });

  afterAll(async () => {
    await callDocker('DELETE', `/images/${EMPTY_IMAGE}?force=1`);
    rmSync(rootDir, { recursive: true });
  });

  const run = (tool: string, args: readonly string[], loader = 'ld-linux') =>
    runInImage(
      EMPTY_IMAGE,
      [`${LIB}/${loader}${LOADER_SUFFIX}`, '--library-path', LIB, `/opt/drydock/bin/${tool}`, ...args],
      runtimeDir,
    );

  test('runs the agent in an image without a single file', async () => {
    const { exitCode, output } = await run('node', ['/opt/drydock/agent/agent.mjs', 'agent']);
    expect({ exitCode, ...(JSON.parse(output) as object) }).toEqual({
      exitCode: 0,
      who: 'agent',
      uid: 20_000,
      caps: '0000000000000000',
      node: process.versions.node,
    });
  });

  test('runs by the readable loader too, for runtimes that execute nothing else', async () => {
    expect(await run('node', ['--version'], 'readable-ld-linux')).toEqual({
      exitCode: 0,
      output: `${process.version}\n`,
    });
  });

  test.each([
    ['git', ['--version'], /^git version /],
    ['git', ['init', '--quiet', '--template=', '/tmp/repository'], /^$/],
    ['git', ['hash-object', '--', '/opt/drydock/runtime.json'], /^[0-9a-f]{40}\n$/],
    ['tar', ['--version'], /^tar \(GNU tar\)/],
    ['script', ['--version'], /^script from util-linux/],
    ['stty', ['size'], /^\d+ \d+\n$/],
    ['rg', ['--color=never', '--files', '/opt/drydock/agent'], /^\/opt\/drydock\/agent\/agent\.mjs\n$/],
  ])('runs %s %j there', async (tool, args, expected) => {
    const { exitCode, output } = await run(tool, args);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(expected) });
  });

  test('a command cannot look into a process of its own uid that the loader started', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const { readFileSync } = require('node:fs');
      const started = ['${LIB}/ld-linux${LOADER_SUFFIX}', '--library-path', '${LIB}', '/opt/drydock/bin/node'];
      const child = spawn(started[0], [...started.slice(1), '-e', 'setInterval(() => {}, 1000); console.log(1)']);
      child.stdout.once('data', () => {
        let answer = 'read';
        try { readFileSync('/proc/' + child.pid + '/environ'); } catch (error) { answer = error.code; }
        console.log(answer);
        child.kill('SIGKILL');
      });`;
    expect(await run('node', ['-e', script])).toEqual({ exitCode: 0, output: 'EACCES\n' });
  });

  test('a second look finds the same directory, and another agent shares its tools', async () => {
    const contents = { bundles: [{ entry: 'src/agent.ts', output: 'agent/agent.mjs' }], files: [] };
    expect((await ensureRuntime({ rootDir, contents })).runtimeDir).toBe(runtimeDir);
    writeFileSync(join(rootDir, 'src/agent.ts'), `${ENTRY}process.stdout.write('!');`);
    const other = await ensureRuntime({ rootDir, contents });
    expect(other.runtimeDir).not.toBe(runtimeDir);
    const inode = (dir: string) => statSync(join(dir, 'bin/node')).ino;
    expect(inode(other.runtimeDir)).toBe(inode(runtimeDir));
  });

  test('an import that would be lost in a sandbox is refused', async () => {
    writeFileSync(join(rootDir, 'src/lost.ts'), `import 'not-installed';`);
    const contents = { bundles: [{ entry: 'src/lost.ts', output: 'agent/lost.mjs' }], files: [] };
    await expect(ensureRuntime({ rootDir, contents })).rejects.toThrow(
      /src\/lost\.ts cannot be bundled: .*not-installed/,
    );
  });
});

test('every source of the real runtime is there', async () => {
  const { key, runtimeDir } = await ensureRuntime();
  expect(runtimeDir).toBe(join(ROOT_DIR, '.cache/runtime', key));
});

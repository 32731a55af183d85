import type { Sandbox } from '@drydock/core';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { docker, output, run, soon, SPEC, TestHost } from './test-host.ts';

const CHANGES = [
  'ENTRYPOINT ["/bin/sh", "-c", "touch /tmp/PWNED; sleep 1000"]',
  'CMD ["evil"]',
  'VOLUME ["/data", "/tmp", "/var/cache/evil"]',
  'ENV LD_PRELOAD=/evil.so LD_LIBRARY_PATH=/evil NODE_OPTIONS=--require=/evil.js BASH_ENV=/evil.sh ENV=/evil.sh PYTHONPATH=/evil HOME=/evil GIT_DIR=/evil',
  'HEALTHCHECK --interval=1s CMD touch /tmp/PWNED',
  'USER root',
  'WORKDIR /data',
  'LABEL drydock.instance=foreign drydock.expires=0 other=label',
  'EXPOSE 80',
  'ONBUILD RUN evil',
];

/** The default image with `changes`, and with files of that content at those paths. */
function makeImage(changes: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  const [container = ''] = docker('create', '--network', 'none', readSetupFacts().imageId, 'true');
  const dir = mkdtempSync(join(tmpdir(), 'drydock-image-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      writeFileSync(join(dir, 'file'), content);
      docker('cp', join(dir, 'file'), `${container}:${path}`);
    }
    const [id = ''] = docker('commit', ...changes.flatMap((change) => ['--change', change]), container);
    return id;
  } finally {
    docker('rm', container);
    rmSync(dir, { recursive: true });
  }
}

describeWith('docker', 'a hostile image', () => {
  let host: TestHost;
  let imageId: string;
  let sandbox: Sandbox | undefined;
  const volumes = () => docker('volume', 'ls', '-q').length;
  let volumesBefore: number;
  const get = (): Sandbox => {
    if (sandbox === undefined) throw new Error('The sandbox did not start.');
    return sandbox;
  };

  beforeAll(async () => {
    volumesBefore = volumes();
    imageId = makeImage(CHANGES, { '/etc/ld.so.preload': '/evil.so\n' });
    host = await TestHost.open({ imageId });
    sandbox = await host.start();
  });

  afterAll(async () => {
    await sandbox?.[Symbol.asyncDispose]();
    const leftovers = await host.close();
    docker('rmi', imageId);
    expect(leftovers).toEqual([]);
    expect(volumes()).toBe(volumesBefore);
  });

  it('runs nothing of its own', async () => {
    expect(await output(get(), 'ls /tmp; tr "\\0" " " < /proc/1/cmdline')).toContain('agent.mjs');
    expect(await output(get(), 'ls /tmp')).toBe('');
  });

  it('sets no variable of any process', async () => {
    expect(await output(get(), 'env')).not.toMatch(/evil|LD_|NODE_OPTIONS|BASH_ENV|^ENV=|PYTHON|GIT_DIR/m);
    expect(await output(get(), 'echo $HOME')).toBe('/job/home\n');
  });

  it('puts no library into our processes', async () => {
    const result = await run(get(), 'cat /etc/ld.so.preload; true');
    expect(result).toMatchObject({ head: '', exitCode: 0 });
  });

  it('gets no volume, which would be a writable directory of the host', async () => {
    const mounts = await output(get(), 'cat /proc/self/mountinfo');
    expect(mounts).not.toContain('/volumes/');
    for (const path of ['/data/x', '/var/cache/evil/x']) {
      expect((await run(get(), `touch ${path}`)).exitCode, path).not.toBe(0);
    }
  });

  it('does not speak for us in labels, user or signals', async () => {
    const name = `drydock-${host.config.instanceId}-${get().id}`;
    const [text = ''] = docker('inspect', '-f', '{{json .Config}}', name);
    const config = JSON.parse(text) as Record<string, unknown>;
    expect(config).toMatchObject({
      Labels: { 'drydock.instance': host.config.instanceId, 'drydock.sandbox': get().id },
      StopSignal: 'SIGKILL',
      WorkingDir: '/',
      Healthcheck: { Test: ['NONE'] },
    });
    expect(config['User']).toMatch(/^2\d{5}:2\d{5}$/);
  });

  it('that wants a volume where our own things are is refused, and leaves nothing', async () => {
    const image = makeImage(['VOLUME /job']);
    const refused = await TestHost.open({ imageId: image });
    await expect(refused.host.sandboxes.start(SPEC, soon())).rejects.toMatchObject({
      code: 'sandbox_start_failed',
    });
    expect(await refused.close()).toEqual([]);
    docker('rmi', image);
  });

  it('without a single file runs agent and tool host all the same', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'drydock-image-'));
    writeFileSync(join(dir, 'empty.tar'), Buffer.alloc(10_240));
    const [image = ''] = docker('import', join(dir, 'empty.tar'));
    rmSync(dir, { recursive: true });
    const bare = await TestHost.open({ imageId: image });
    const started = await bare.start();
    expect(await started.readFile('README.md', 100, soon())).toEqual(Buffer.from('hello\n'));
    expect((await started.capturePatch(soon())).diff.byteLength).toBe(0);
    expect((await run(started, 'true')).exitCode).toBe(126);
    await started[Symbol.asyncDispose]();
    expect(await bare.close()).toEqual([]);
    docker('rmi', image);
  });
});

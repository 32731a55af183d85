import { describeWith, readSetupFacts } from '@drydock/testing';
import { release } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { docker, output, run, soon, SPEC, TestHost } from './test-host.ts';

describeWith('docker', 'a runtime that the engine does not have', () => {
  it('is refused as such, and nothing is started instead', async () => {
    await using host = await TestHost.open();
    expect(await host.host.hasRuntime('no-such-runtime')).toBe(false);
    const started = host.host.sandboxes.start({ ...SPEC, runtime: 'no-such-runtime' }, soon());
    await expect(started).rejects.toMatchObject({
      code: 'tier_unavailable',
      details: { runtime: 'no-such-runtime' },
    });
    expect(host.findLeftovers()).toEqual([]);
  });
});

describeWith('gvisor', 'a sandbox on gVisor', () => {
  let host: TestHost;
  const runtime = readSetupFacts().gvisorRuntime ?? '';

  beforeAll(async () => {
    host = await TestHost.open();
  });

  afterAll(async () => {
    expect(await host.close()).toEqual([]);
  });

  it('has another kernel than the host, and keeps to its policy', async () => {
    expect(await host.host.hasRuntime(runtime)).toBe(true);
    await using sandbox = await host.start('read_write', { runtime });
    expect(await output(sandbox, 'uname -r')).not.toContain(release());
    const name = `drydock-${host.config.instanceId}-${sandbox.id}`;
    expect(docker('inspect', '-f', '{{.HostConfig.Runtime}}', name)).toEqual([runtime]);
    expect(await host.host.reaper.reapDrift(soon())).toEqual([]);
  });

  it('goes the whole way: read-only, writable, a daemon killed, a patch made twice, nothing left', async () => {
    await using sandbox = await host.start('read_only', { runtime });
    expect((await run(sandbox, 'echo x > new.txt')).head).toContain('Read-only file system');
    await sandbox.setWorkspaceAccess('read_write', soon());
    await output(
      sandbox,
      'echo one > new.txt; setsid sh -c "while :; do echo late >> new.txt; done" >/dev/null 2>&1 &',
    );
    expect(Buffer.from((await sandbox.capturePatch(soon())).diff).toString()).toContain('+one\n');
    await output(sandbox, 'echo two > new.txt');
    expect(Buffer.from((await sandbox.capturePatch(soon())).diff).toString()).toContain(
      '@@ -0,0 +1 @@\n+two\n',
    );
    await sandbox[Symbol.asyncDispose]();
    expect(host.findLeftovers()).toEqual([]);
  });
});

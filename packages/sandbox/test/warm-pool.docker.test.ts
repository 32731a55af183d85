import { fileURLToPath } from 'node:url';
import { describeWith } from '@drydock/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openTestPool } from './open-test-pool.ts';
import { docker, output, soon, SPEC, type TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

const OWN_POOL = fileURLToPath(new URL('./own-pool.ts', import.meta.url));

describeWith('docker', 'a warm pool on Docker', () => {
  let host: TestHost;

  useTestHost((opened) => (host = opened));

  const containers = () =>
    docker('ps', '-aq', '--filter', `label=drydock.instance=${host.config.instanceId}`);

  it('leases a sandbox that works, each one once, and leaves nothing when it is closed', async () => {
    const layer = await host.layer();
    const { pool, full, leases } = openTestPool(host.host, 2);
    await full;
    const sandboxes = await Promise.all([1, 2].map(() => pool.start(SPEC, soon())));
    expect(new Set(sandboxes.map(({ id }) => id)).size).toBe(2);
    expect(leases).toEqual(['warm', 'warm']);
    for (const sandbox of sandboxes) {
      await sandbox.mountWorkspace(layer, 'read_write', soon());
      expect(await output(sandbox, 'cat src/one.txt; echo $(ls /job/home | wc -l)')).toBe('one\n0\n');
      await sandbox[Symbol.asyncDispose]();
    }
    // Closed while it refills.
    await pool[Symbol.asyncDispose]();
    expect(containers()).toEqual([]);
  });

  it('leases what was booted before it was asked for', async () => {
    const layer = await host.layer();
    const { pool, full, leases } = openTestPool(host.host, 1);
    await full;
    const [booted, ...others] = containers();
    const sandbox = await pool.start(SPEC, soon());
    await sandbox.mountWorkspace(layer, 'read_write', soon());
    // 5 ms on an idle machine: the bench says how fast, this says why.
    expect([leases, others]).toEqual([['warm'], []]);
    expect(docker('ps', '-q', '--filter', `name=${sandbox.id}`)).toEqual([booted]);
    await sandbox[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
  });

  it('does not lease what was killed while it waited', async () => {
    const layer = await host.layer();
    const { pool, full } = openTestPool(host.host, 1);
    await full;
    const [killed = ''] = containers();
    docker('kill', killed);
    while (containers().includes(killed)) await sleep(10);
    const sandbox = await pool.start(SPEC, soon());
    await sandbox.mountWorkspace(layer, 'read_write', soon());
    expect(await output(sandbox, 'echo alive')).toBe('alive\n');
    await sandbox[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
  });

  it('of a killed owner is gone: containers by themselves, slots by the reaper', async () => {
    const { clock: _, ...config } = host.config;
    const owner = spawn(process.execPath, [OWN_POOL, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(owner, 'exit');
    try {
      await once(owner.stdout, 'data', { signal: soon() });
      expect(containers()).toHaveLength(2);
      // A living owner keeps them.
      expect(await host.host.reaper.reapContainers(soon())).toEqual([]);
    } finally {
      owner.kill('SIGKILL');
      await exited;
    }
    const end = Date.now() + 5_000;
    while (containers().length > 0 && Date.now() < end) await sleep(50);
    expect(containers()).toEqual([]);
    expect(await host.host.reaper.reapSlots(soon())).toHaveLength(2);
  });
});

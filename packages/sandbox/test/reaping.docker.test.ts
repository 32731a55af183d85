import { SandboxId } from '@drydock/contracts';
import { describeWith } from '@drydock/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { disownSlot } from '../src/slot-owner.ts';
import { slotPaths } from '../src/slot-paths.ts';
import { docker, output, soon, SPEC, TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

const OWN_SANDBOX = fileURLToPath(new URL('./own-sandbox.ts', import.meta.url));

describeWith('docker', 'nothing is left', () => {
  let host: TestHost;

  useTestHost((opened) => (host = opened));

  /** A process of its own with a busy sandbox. */
  async function startOwner(): Promise<{ owner: ChildProcess; sandboxId: SandboxId }> {
    const { clock: _, ...config } = host.config;
    const owner = spawn(process.execPath, [OWN_SANDBOX, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [id] = (await once(owner.stdout, 'data')) as [Buffer];
    return { owner, sandboxId: SandboxId.parse(id.toString().trim()) };
  }

  const containers = () =>
    docker('ps', '-aq', '--filter', `label=drydock.instance=${host.config.instanceId}`);

  it('of a killed owner: the container in 5 s by itself, the rest by the reaper', async () => {
    const { owner, sandboxId } = await startOwner();
    owner.kill('SIGKILL');
    const end = Date.now() + 5_000;
    while (containers().length > 0 && Date.now() < end) await sleep(50);
    expect(containers()).toEqual([]);
    expect(host.findLeftovers()).not.toEqual([]);
    expect(await host.host.reaper.reapSlots(soon())).toEqual([sandboxId]);
  });

  it('of a killed owner whose container was paused and could not see it', async () => {
    const { owner, sandboxId } = await startOwner();
    docker('pause', containers()[0] ?? '');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await sleep(1_000);
    expect(await host.host.reaper.findOrphans(soon())).toEqual([{ sandboxId, reason: 'owner_dead' }]);
    expect(await host.host.reaper.reapContainers(soon())).toEqual([{ sandboxId, reason: 'owner_dead' }]);
  });

  it('of an owner killed at any point of a start or of a build', async () => {
    for (const delayMs of [150, 300, 450, 600, 800, 1_000]) {
      const { clock: _, ...config } = host.config;
      const owner = spawn(process.execPath, [OWN_SANDBOX, JSON.stringify(config)], { stdio: 'ignore' });
      await sleep(delayMs);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      // A container whose creation was under way appears now.
      await sleep(700);
      await host.host.reaper.reapContainers(soon());
      await host.host.reaper.reapSlots(soon());
      expect(host.findLeftovers(), `killed after ${delayMs} ms`).toEqual([]);
    }
  }, 60_000);

  it('of a start that is aborted at any point', async () => {
    await host.layer();
    for (let delayMs = 0; delayMs < 600; delayMs += 40) {
      const started = host.host.sandboxes.start(SPEC, AbortSignal.timeout(delayMs));
      await started.then(
        (sandbox) => sandbox[Symbol.asyncDispose](),
        (error: unknown) => expect(error).toHaveProperty('name', 'TimeoutError'),
      );
      expect(host.findLeftovers(), `aborted after ${delayMs} ms`).toEqual([]);
    }
  }, 60_000);

  it('of a sandbox that is disposed while it is mounting, running and capturing, and twice', async () => {
    const layer = await host.layer();
    for (const delayMs of [0, 20, 40, 80, 160]) {
      const sandbox = await host.host.sandboxes.start(SPEC, soon());
      const working = sandbox
        .mountWorkspace(layer, 'read_write', soon())
        .then(() => Promise.all([output(sandbox, 'sleep 10'), sandbox.capturePatch(soon())]));
      const settled = working.then(
        () => 'done',
        () => 'failed',
      );
      await sleep(delayMs);
      await Promise.all([sandbox[Symbol.asyncDispose](), sandbox[Symbol.asyncDispose]()]);
      await sandbox.ended;
      expect(host.findLeftovers(), `disposed after ${delayMs} ms`).toEqual([]);
      expect(await settled).toBe('failed');
    }
  }, 60_000);

  it('of an expired sandbox, and its owner is told', async () => {
    const sandbox = await host.start('read_write', { expiresAt: Date.now() - 1 });
    expect(await host.host.reaper.reapContainers(soon())).toEqual([
      { sandboxId: sandbox.id, reason: 'expired' },
    ]);
    await sandbox.ended;
    await sandbox[Symbol.asyncDispose]();
  });

  it('of a sandbox that is destroyed by id, and destroying what is not there does nothing', async () => {
    const sandbox = await host.start();
    await host.host.sandboxes.destroy(sandbox.id, soon());
    expect(containers()).toEqual([]);
    await sandbox[Symbol.asyncDispose]();
    await host.host.sandboxes.destroy(sandbox.id, soon());
  });

  it('of another installation is touched', async () => {
    await using other = await TestHost.open();
    const foreign = await other.start();
    await host.host.reaper.reapContainers(soon());
    await host.host.reaper.reapSlots(soon());
    expect(await output(foreign, 'echo alive')).toBe('alive\n');
    await foreign[Symbol.asyncDispose]();
  });

  it('of uids that were claimed by a process that died before it had a slot', async () => {
    const claim = {
      pid: 4_000_000,
      startTime: '1',
      instanceId: host.config.instanceId,
      sandboxId: 'sbx_0000000000000000',
    };
    writeFileSync('/run/drydock/uids/259999', JSON.stringify(claim));
    expect(host.findLeftovers()).toEqual(['uid /run/drydock/uids/259999']);
    await host.host.reaper.reapSlots(soon());
  });

  it('while a living sandbox keeps its owner and its container', async () => {
    const sandbox = await host.start();
    expect(await host.host.reaper.reapContainers(soon())).toEqual([]);
    expect(await host.host.reaper.reapSlots(soon())).toEqual([]);
    expect(await host.host.release()).toBe(false);
    await sandbox[Symbol.asyncDispose]();
  });

  it('of a sandbox that its living owner could not end and gave up', async () => {
    const sandbox = await host.start();
    const [container = ''] = containers();
    await disownSlot(slotPaths(`/run/drydock/${host.config.instanceId}`, sandbox.id));
    expect(await host.host.reaper.reapContainers(soon())).toEqual([
      { sandboxId: sandbox.id, reason: 'owner_dead' },
    ]);
    expect(containers()).not.toContain(container);
    expect(host.findLeftovers()).toEqual([]);
    await sandbox[Symbol.asyncDispose]();
  });
});

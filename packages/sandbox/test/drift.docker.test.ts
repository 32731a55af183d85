import type { Sandbox } from '@drydock/core';
import { describeWith, readSetupFacts } from '@drydock/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { docker, file, output, soon, SOURCE, TestHost } from './test-host.ts';

describeWith('docker', 'the drift audit', () => {
  let host: TestHost;
  const opened: Sandbox[] = [];

  beforeAll(async () => {
    host = await TestHost.open();
  });

  afterEach(async () => {
    for (const sandbox of opened.splice(0)) await sandbox[Symbol.asyncDispose]();
    expect(host.findLeftovers()).toEqual([]);
  });

  afterAll(async () => {
    expect(await host.close()).toEqual([]);
  });

  async function start(): Promise<{ sandbox: Sandbox; id: string }> {
    const sandbox = await host.start();
    opened.push(sandbox);
    const [id = ''] = docker('inspect', '-f', '{{.Id}}', `drydock-${host.config.instanceId}-${sandbox.id}`);
    return { sandbox, id };
  }

  /** A container that calls itself ours. */
  function startPretender(sandboxLabel: string): string {
    const labels = [`drydock.instance=${host.config.instanceId}`, `drydock.sandbox=${sandboxLabel}`];
    const flags = ['--rm', '-d', '--network', 'none', ...labels.flatMap((label) => ['--label', label])];
    const [id = ''] = docker('run', ...flags, readSetupFacts().imageId, 'sleep', '60');
    return id;
  }

  it('leaves a sandbox alone that is what it was made as', async () => {
    const { sandbox } = await start();
    expect(await host.host.reaper.reapDrift(soon())).toEqual([]);
    expect(await output(sandbox, 'echo alive')).toBe('alive\n');
  });

  it('leaves a sandbox alone while it runs a command of ours', async () => {
    const { sandbox } = await start();
    const running = output(sandbox, 'sleep 2; echo done');
    const settled = running.then(() => true);
    let isDone = false;
    while (!isDone) {
      expect(await host.host.reaper.reapDrift(soon())).toEqual([]);
      isDone = await Promise.race([settled, sleep(100, false)]);
    }
    expect(await running).toBe('done\n');
  });

  it('leaves a builder alone', async () => {
    const building = host.layer({ ...SOURCE, files: [...SOURCE.files, file('more', 'x')] });
    const built = building.then(() => 'built' as const);
    let seen: unknown;
    while (seen !== 'built') {
      const drifts = await host.host.reaper.reapDrift(soon());
      expect(drifts).toEqual([]);
      seen = await Promise.race([built, sleep(20)]);
    }
  });

  it.each([
    [['--pids-limit', '4096'], 'HostConfig.PidsLimit is 4096 instead of 1024'],
    [['--cpus', '2'], 'HostConfig.NanoCpus is 2000000000 instead of 1000000000'],
    [['--memory', '100m', '--memory-swap', '100m'], 'HostConfig.Memory is 104857600'],
  ])('ends a sandbox whose limits were changed: docker update %j', async (change, violation) => {
    const { sandbox, id } = await start();
    docker('update', ...change, id);
    const drifts = await host.host.reaper.reapDrift(soon());
    expect(drifts).toEqual([
      {
        containerId: id,
        sandboxId: sandbox.id,
        violations: expect.arrayContaining([expect.stringContaining(violation)]),
      },
    ]);
    await sandbox.ended;
    // Whoever worked in it finds out why it is gone.
    expect(await sandbox.findDrift()).toEqual(drifts[0]?.violations);
  });

  it.each([
    [['--user', '0'], /^a process of the user "0" was started in it$/],
    // The agent's own user.
    [[], /^a process of the user "\d+:\d+" was started in it$/],
  ])(
    'ends a sandbox while it runs a process that is none of ours: docker exec %j',
    async (flags, violation) => {
      const { sandbox, id } = await start();
      docker('exec', '--detach', ...flags, id, 'sleep', '60');
      expect(await host.host.reaper.reapDrift(soon())).toEqual([
        { containerId: id, sandboxId: sandbox.id, violations: [expect.stringMatching(violation)] },
      ]);
      await sandbox.ended;
      expect(await sandbox.findDrift()).toEqual([expect.stringMatching(violation)]);
    },
  );

  it.each(['sbx_00000000000000ff', 'nothing of ours'])(
    'ends a container that only calls itself %s',
    async (label) => {
      const id = startPretender(label);
      expect(await host.host.reaper.reapDrift(soon())).toMatchObject([
        { containerId: id, violations: ['it is not the container of a sandbox'] },
      ]);
      expect(docker('ps', '-aq', '--no-trunc', '--filter', `id=${id}`)).toEqual([]);
    },
  );

  it('ends the pretender and not the sandbox whose name it took', async () => {
    const { sandbox } = await start();
    const id = startPretender(sandbox.id);
    expect(await host.host.reaper.reapDrift(soon())).toMatchObject([
      { containerId: id, sandboxId: sandbox.id },
    ]);
    expect(await output(sandbox, 'echo alive')).toBe('alive\n');
    expect(await sandbox.findDrift()).toEqual([]);
  });
});

import { describeWith } from '@drydock/testing';
import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { DockerEngine } from '../src/docker-engine.ts';
import { endContainer } from '../src/end-container.ts';
import { createHostServices, type HostServices } from '../src/host-services.ts';
import { resolveHostConfig } from '../src/sandbox-config.ts';
import { docker, output, run, TestHost } from './test-host.ts';
import { useTestHost } from './use-test-host.ts';

describeWith('docker', 'without the engine', () => {
  let host: TestHost;
  let services: HostServices;

  useTestHost((opened) => (host = opened));

  beforeAll(async () => {
    services = await createHostServices(resolveHostConfig(host.config));
  });

  const containerOf = (sandboxId: string) => {
    const name = `drydock-${host.config.instanceId}-${sandboxId}`;
    const [id = ''] = docker('inspect', '-f', '{{.Id}}', name);
    return { name, id };
  };

  it.each([false, true])('a container (paused: %s) is ended by its cgroup', async (paused) => {
    const sandbox = await host.start();
    const container = containerOf(sandbox.id);
    if (paused) docker('pause', container.id);
    const engine = new DockerEngine('/nonexistent/docker.sock', host.config.clock);
    await endContainer({ ...services, engine }, container);
    await sandbox.ended;
    expect(docker('ps', '-aq', '--filter', `name=${container.name}`)).toEqual([]);
    await sandbox[Symbol.asyncDispose]();
  });

  it('a container that nobody knows an id of is an error, not an end', async () => {
    const engine = new DockerEngine('/nonexistent/docker.sock', host.config.clock);
    const ended = endContainer({ ...services, engine }, { name: 'drydock-absent', id: undefined });
    await expect(ended).rejects.toMatchObject({ code: 'engine_unavailable' });
  });

  it('opening the host fails as that', async () => {
    const opened = TestHost.open({ dockerSocket: '/nonexistent/docker.sock' });
    await expect(opened).rejects.toMatchObject({ code: 'engine_unavailable' });
  });

  it('the code under test is killed, all of it at once, and the agent process is not', async () => {
    const sandbox = await host.start();
    const { id } = containerOf(sandbox.id);
    const uid = Number(await output(sandbox, 'id -u'));
    const busy = run(sandbox, 'for i in $(seq 50); do (while :; do (:); done) & done; wait');
    await services.processes.killUid(id, uid);
    expect(spawnSync('pgrep', ['-u', String(uid)], { encoding: 'utf8' }).stdout).toBe('');
    expect((await busy).signal).toBe('SIGKILL');
    expect(docker('inspect', '-f', '{{.State.Running}}', id)).toEqual(['true']);
    expect(await output(sandbox, 'echo next')).toBe('next\n');
    await sandbox[Symbol.asyncDispose]();
  });
});

import { describeWith, ThrowawayPodman } from '@drydock/testing';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLeftovers, startE2eStack } from './src/e2e-stack.ts';

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const OWN_STACK = fileURLToPath(new URL('./src/own-stack.ts', import.meta.url));

describeWith('podman', 'on rootless Podman', () => {
  let engine: ThrowawayPodman;

  beforeAll(async () => {
    engine = await ThrowawayPodman.start();
  });

  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
  });

  it('the worker does not start where sandboxes would have no caps, and says which setting allows it', async () => {
    const started = startE2eStack({ dockerSocket: engine.socket });
    await expect(started).rejects.toThrow(
      /DRYDOCK_DOCKER_SOCKET cannot cap the memory and processes .*DRYDOCK_ALLOW_UNCAPPED_ENGINE=true/,
    );
  });

  it('a job is planned, done, verified in a clean container, and its result says what was not capped', async () => {
    const settings = { DRYDOCK_ALLOW_UNCAPPED_ENGINE: 'true' };
    const e2e = await startE2eStack({ dockerSocket: engine.socket, settings });
    const { instanceId } = e2e.stack.data;
    try {
      const { id } = await e2e.submit({ model: 'scripted/fix-ts' });
      const { job, patch } = await e2e.finish(id);
      expect(job, job.error?.message).toMatchObject({
        status: 'succeeded',
        result: {
          verified: true,
          warnings: expect.arrayContaining([
            {
              code: 'sandbox_uncapped',
              message: expect.stringContaining('cannot cap the memory, processes, and cpu of a sandbox'),
            },
          ]),
        },
      });
      expect(patch).toMatch(/^diff --git /);
    } finally {
      await e2e[Symbol.asyncDispose]();
    }
    // The supervisor of a process that was put in stays for as long as Podman is told to keep how that ended.
    const left = () => findLeftovers(instanceId);
    await expect.poll(left, { timeout: 30_000, interval: 500 }).toEqual([]);
  });

  it('a whole installation runs as the user of the engine: no service is root, and a job is verified', async () => {
    const dir = await engine.makeDirectory('installation');
    const as = [`--reuid=${engine.uid}`, `--regid=${engine.gid}`, '--clear-groups'];
    const argv = [...as, process.execPath, OWN_STACK, engine.socket];
    const env = { PATH: SYSTEM_PATH, HOME: dir, TMPDIR: dir, XDG_RUNTIME_DIR: dir };
    const { stdout } = await promisify(execFile)('setpriv', argv, { env, timeout: 120_000 });
    const uids = Object.fromEntries(
      ['redis', 'api', 'worker', 'monitor'].map((name) => [name, String(engine.uid)]),
    );
    expect(JSON.parse(stdout)).toEqual({ uids, status: 'succeeded', verified: true, slots: [] });
  });
});

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@drydock/client';
import type { JobJson } from '@drydock/contracts';
import { EXAMPLES, readExample } from '@drydock/examples';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findTraces, listContainers } from './src/e2e-stack.ts';
import { listChildren, makeDirectory, readInstanceId, startCommand } from './src/start-command.ts';
import type { RunningCommand } from './src/start-command.ts';

const PICKED_PORTS = {
  DRYDOCK_API_PORT: '0',
  DRYDOCK_WORKER_METRICS_PORT: '0',
  DRYDOCK_MONITOR_METRICS_PORT: '0',
};

describe('npm start', () => {
  it('prints where it is and where the key is, drains on SIGTERM, and leaves nothing', async () => {
    await using dir = await makeDirectory();
    const env = { ...PICKED_PORTS, DRYDOCK_DATA_DIR: dir.path };
    await using first = startCommand('start', { env });
    const accepted = await submit(await awaitAddress(first), await readKey(dir.path));
    const instanceId = await readInstanceId(dir.path);
    await expect.poll(() => listContainers(instanceId), { timeout: 30_000 }).not.toEqual([]);
    first.signal('SIGTERM');
    const { exitCode, stderr } = await first.ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await findTraces(instanceId)).toEqual([]);

    // The job was ended within the drain time, or is taken up where it was put down.
    await using second = startCommand('start', { env });
    const client = createClient({ baseUrl: await awaitAddress(second), apiKey: await readKey(dir.path) });
    const state = async (): Promise<string> =>
      (await client.getJob(accepted.id, AbortSignal.timeout(5_000))).status;
    await expect.poll(state, { timeout: 60_000 }).toBe('succeeded');
  });

  it('says which variables to set where ports are in use, and exits with 78', async () => {
    await using dir = await makeDirectory();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const env = { DRYDOCK_DATA_DIR: dir.path, DRYDOCK_API_PORT: port, DRYDOCK_WORKER_METRICS_PORT: port };
    await using start = startCommand('start', { env: { ...PICKED_PORTS, ...env } });
    const { exitCode, stderr } = await start.ended;
    taken.close();
    expect(stderr).toContain(`DRYDOCK_API_PORT names port ${port}, which is in use`);
    expect(stderr).toContain(`DRYDOCK_WORKER_METRICS_PORT names port ${port}, which is in use`);
    expect(exitCode).toBe(78);
    expect(await findTraces(await readInstanceId(dir.path))).toEqual([]);
  });

  it.each([
    ['DRYDOCK_DATA_DIR', '/proc/nope', 'which cannot be made or written'],
    ['REDIS_URL', 'redis://127.0.0.1:1', 'a Redis that does not answer'],
  ])('says at once that %s cannot be %s, and exits with 78', async (variable, value, problem) => {
    await using dir = await makeDirectory();
    const env = { ...PICKED_PORTS, DRYDOCK_DATA_DIR: dir.path, [variable]: value };
    const startedAt = performance.now();
    await using start = startCommand('start', { env });
    const { exitCode, stderr } = await start.ended;
    expect(stderr).toContain(variable);
    expect(stderr).toContain(problem);
    expect(exitCode).toBe(78);
    // Far less than a service takes to give up, on a machine that does a lot besides.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  describe('starts again when it dies, and jobs go on,', () => {
    const key = 'a-key-of-the-test';
    let dir: Awaited<ReturnType<typeof makeDirectory>>;
    let start: RunningCommand;
    let url: string;

    beforeAll(async () => {
      dir = await makeDirectory();
      const env = { ...PICKED_PORTS, DRYDOCK_DATA_DIR: dir.path, DRYDOCK_API_KEY: key };
      start = startCommand('start', { env });
      url = await awaitAddress(start);
    });
    afterAll(async () => {
      await start?.[Symbol.asyncDispose]();
      await dir?.[Symbol.asyncDispose]();
    });

    it.each(['services/worker', 'services/api', 'redis-server'])('%s', async (service) => {
      const said = start.stderr.length;
      const children = await listChildren(start.pid);
      process.kill(children.find(({ command }) => command.includes(service))?.pid ?? 0, 'SIGKILL');
      await expect.poll(() => start.stderr.slice(said), { timeout: 30_000 }).toMatch(/\w+ is back\n/);
      const client = createClient({ baseUrl: url, apiKey: key });
      const { id } = await submit(url, key);
      const state = async (): Promise<string> => (await client.getJob(id, AbortSignal.timeout(5_000))).status;
      await expect.poll(state, { timeout: 60_000 }).toBe('succeeded');
    });
  });
});

async function submit(baseUrl: string, apiKey: string): Promise<JobJson> {
  const [example] = EXAMPLES;
  if (example === undefined) throw new Error('There is no example.');
  // What it proves is another promise's matter.
  const checks = { test: ['true'], lint: [] };
  const request = { ...(await readExample(example)), model: 'scripted/fix-ts', checks };
  return createClient({ baseUrl, apiKey }).submitJob(request, AbortSignal.timeout(30_000));
}

async function awaitAddress(command: RunningCommand): Promise<string> {
  await vi.waitUntil(() => command.stdout.includes('Ctrl-C drains and stops.'), { timeout: 60_000 });
  return /ready at (\S+)/.exec(command.stdout)?.[1] ?? '';
}

const readKey = async (dataDir: string): Promise<string> =>
  (await readFile(join(dataDir, 'api-key'), 'utf8')).trim();

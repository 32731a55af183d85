import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DirectoryStore } from '@drydock/artifacts';
import { InstanceId, JobSpec } from '@drydock/contracts';
import { newJobId } from '@drydock/core';
import { openQueue } from '@drydock/queue';
import { openReaper } from '@drydock/sandbox';
import { systemClock } from '@drydock/service-kit';
import { ThrowawayDocker, ThrowawayRedis, describeWith, readSetupFacts } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** The engine's silence is noticed within 6 s. */
const NOTICED = { timeout: 8_000, interval: 100 };
const STARTED = { timeout: 20_000, interval: 100 };
const LONGER_THAN_DELIVERY_MS = 3_000;
const NOT_READY = [503, { status: 'not_ready', reason: 'engine_unavailable' }];

describeWith('docker', 'a worker whose engine comes and goes', () => {
  let dir: string;
  let redis: ThrowawayRedis;
  let engine: ThrowawayDocker;
  let queue: ReturnType<typeof openQueue>;
  let env: NodeJS.ProcessEnv;
  let worker: ChildProcess;
  let output = '';

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drydock-outage-'));
    [redis, engine] = await Promise.all([ThrowawayRedis.start(), ThrowawayDocker.start()]);
    const imageId = await engine.importEmptyImage();
    await engine.stop();
    queue = openQueue({ url: redis.url });
    env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      REDIS_URL: redis.url,
      DRYDOCK_DATA_DIR: dir,
      DRYDOCK_INSTANCE_ID: randomBytes(4).toString('hex'),
      DRYDOCK_DOCKER_SOCKET: engine.socket,
      DRYDOCK_SANDBOX_IMAGE: imageId,
      DRYDOCK_RUNTIME_DIR: readSetupFacts().runtimeDir,
      DRYDOCK_CHECKPOINT_KEY: randomBytes(32).toString('hex'),
      DRYDOCK_WARM_SANDBOXES: '0',
      DRYDOCK_WORKER_METRICS_PORT: '0',
      DRYDOCK_EXIT_ON_STDIN_EOF: '1',
    };
    worker = spawn(process.execPath, [MAIN], { env });
    for (const stream of [worker.stdout, worker.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
  });

  afterAll(async () => {
    const ended = once(worker, 'exit', { signal: AbortSignal.timeout(5_000) });
    worker.kill('SIGKILL');
    await ended;
    await queue?.close();
    await reapAsTheMonitorWould();
    await engine?.[Symbol.asyncDispose]();
    await redis?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });

  /** The last job dies with its worker, and there is no monitor in this test. */
  async function reapAsTheMonitorWould(): Promise<void> {
    const instanceId = InstanceId.parse(env['DRYDOCK_INSTANCE_ID']);
    const host = await openReaper({ dockerSocket: engine.socket, instanceId, clock: systemClock });
    const signal = AbortSignal.timeout(30_000);
    await host.reaper.reapContainers(signal);
    await host.reaper.reapSlots(signal);
    expect(await host.release()).toBe(true);
  }

  const count = (event: string): number => output.split(`"event":"${event}"`).length - 1;
  const probe = async (): Promise<unknown[]> => {
    const url = /"metricsUrl":"([^"]+)\/metrics"/.exec(output)?.[1] ?? '';
    const response = await fetch(`${url}/readyz`);
    return [response.status, await response.json()];
  };

  async function submit() {
    const files = new TextEncoder().encode('{"type":"files","files":[{"path":"a","content":"a"}]}');
    const digest = await new DirectoryStore(join(dir, 'artifacts')).put(files);
    const spec = JobSpec.parse({
      kind: 'fix',
      instruction: 'x',
      source: { type: 'files', digest, bytes: 1, files: 1 },
      limits: { timeout_seconds: 60, memory_mb: 64, cpus: 1, disk_mb: 1, max_turns: 1, max_tokens_total: 1 },
    });
    const jobId = newJobId();
    await queue.store.accept(jobId, spec);
    await queue.sweeper.dispatchOutbox();
    return { attempts: async () => (await queue.store.find(jobId))?.attempt };
  }

  it('waits for one that is not there yet, and says so once and what to do', async () => {
    await expect.poll(() => count('engine.awaited'), STARTED).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, LONGER_THAN_DELIVERY_MS));
    expect([count('engine.awaited'), worker.exitCode]).toEqual([1, null]);
    expect(output).toContain('DRYDOCK_DOCKER_SOCKET');
  });

  it('ends in order while it waits', async () => {
    const waiting = spawn(process.execPath, [MAIN], { env });
    const ended = once(waiting, 'exit', { signal: AbortSignal.timeout(STARTED.timeout) });
    for await (const chunk of waiting.stdout)
      if (String(chunk).includes('engine.awaited')) waiting.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('starts as soon as it answers', async () => {
    await engine.restart();
    await expect.poll(() => count('worker.ready'), STARTED).toBe(1);
    expect(await probe()).toEqual([200, { status: 'ready' }]);
  });

  it('claims nothing while it does not answer, says that it is not ready, and recovers by itself', async () => {
    engine.freeze();
    await expect.poll(probe, NOTICED).toEqual(NOT_READY);
    const job = await submit();
    await new Promise((resolve) => setTimeout(resolve, LONGER_THAN_DELIVERY_MS));
    expect(await job.attempts()).toBe(0);
    engine.thaw();
    await expect.poll(probe, NOTICED).toEqual([200, { status: 'ready' }]);
    const claimed = async () => {
      await queue.sweeper.dispatchOutbox();
      return job.attempts();
    };
    await expect.poll(claimed, STARTED).toBe(1);
    expect([count('engine.lost'), count('engine.found')]).toEqual([1, 1]);
  });
});

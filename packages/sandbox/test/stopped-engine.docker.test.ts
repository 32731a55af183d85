import { ThrowawayDocker, describeWith } from '@drydock/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHostServices } from '../src/host-services.ts';
import { Reaper } from '../src/reaper.ts';
import { resolveHostConfig } from '../src/sandbox-config.ts';
import { TestHost, soon } from './test-host.ts';

/** threats-and-faults R16, R17: from the decision that a sandbox ends to its last process. */
const DEAD_WITHIN_MS = 8_000;
const ANSWER_WITHIN_MS = 5_000;
/** For a loaded machine: nobody relies on it. */
const SLACK_MS = 1_500;

describeWith('docker', 'with an engine that is stopped', () => {
  let engine: ThrowawayDocker;
  let host: TestHost;

  beforeAll(async () => {
    engine = await ThrowawayDocker.start();
    host = await TestHost.open({ dockerSocket: engine.socket, imageId: await engine.importEmptyImage() });
  });

  afterAll(async () => {
    engine?.thaw();
    const left = await host?.close();
    await engine?.[Symbol.asyncDispose]();
    expect(left).toEqual([]);
  });

  const measure = async (work: () => PromiseLike<unknown>): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };

  it('a sandbox of its owner is dead, unmounted and forgotten within 8 s', async () => {
    const sandbox = await host.start();
    engine.freeze();
    const tookMs = await measure(() => sandbox[Symbol.asyncDispose]());
    expect(tookMs).toBeLessThan(DEAD_WITHIN_MS);
    expect(host.findHostLeftovers()).toEqual([]);
    engine.thaw();
    await expect.poll(() => engine.docker('ps', '-aq'), { timeout: 20_000, interval: 200 }).toEqual([]);
  });

  it('the monitor ends one within 8 s too, while its owner lives', async () => {
    const sandbox = await host.start();
    const name = `drydock-${host.config.instanceId}-${sandbox.id}`;
    const [pid] = await engine.docker('inspect', '--format', '{{.State.Pid}}', name);
    const reaper = new Reaper(await createHostServices(resolveHostConfig(host.config)));
    engine.freeze();
    expect(await measure(() => reaper.reap(sandbox.id, soon()))).toBeLessThan(DEAD_WITHIN_MS);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    engine.thaw();
    await sandbox[Symbol.asyncDispose]();
  });

  it('calls time out, starting waits no longer than its deadline, and all is well when it goes on', async () => {
    engine.freeze();
    const services = createHostServices(resolveHostConfig(host.config));
    const tookMs = await measure(() =>
      expect(services).rejects.toMatchObject({ code: 'engine_unavailable' }),
    );
    expect(tookMs).toBeLessThan(ANSWER_WITHIN_MS + SLACK_MS);
    engine.thaw();
    const sandbox = await host.start();
    await sandbox[Symbol.asyncDispose]();
    expect(host.findLeftovers()).toEqual([]);
  });

  it('is noticed within 6 s, and its return by itself', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const observer = { lost: () => void told.push('lost'), found: () => void told.push('found') };
    const watching = host.host.watchEngine(observer, stop.signal);
    engine.freeze();
    const timeout = ANSWER_WITHIN_MS + 1_000 + SLACK_MS;
    await expect.poll(() => told, { timeout, interval: 50 }).toEqual(['lost']);
    engine.thaw();
    await expect.poll(() => told, { timeout, interval: 50 }).toEqual(['lost', 'found']);
    stop.abort();
    await watching;
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsServer } from '../src/index.ts';
import { ConfigError, Metrics, createLogger, startMetricsServer } from '../src/index.ts';

describe('startMetricsServer', () => {
  let isReady = true;
  let server: MetricsServer;

  const start = (address: { host: string; port: number }) =>
    startMetricsServer({
      address: { ...address, hostVariable: 'HOST', portVariable: 'PORT' },
      metrics: new Metrics('test'),
      findObstacle: () => (isReady ? Promise.resolve(undefined) : Promise.reject(new Error('canary'))),
      logger: createLogger({ service: 'test', level: 'silent', destination: 'stderr' }),
    });

  beforeEach(async () => {
    isReady = true;
    server = await start({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => server.close());

  it('serves probes and metrics on the port that the system picked', async () => {
    const statuses = ['/livez', '/readyz', '/metrics', '/'].map(async (path) => {
      const { status } = await fetch(server.url + path);
      return status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 404]);
    const metrics = await fetch(`${server.url}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await metrics.text()).toContain('drydock_build_info{service="test"');
  });

  it('answers a probe that throws with 500 and without its message', async () => {
    isReady = false;
    const response = await fetch(`${server.url}/readyz`);
    expect([response.status, await response.text()]).toEqual([500, '{"status":"failed"}']);
  });

  it('closes at once, whatever connections there are', async () => {
    await fetch(`${server.url}/livez`);
    await server.close();
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow('fetch failed');
  });

  it('names the variable of an address that cannot be had', async () => {
    const port = Number(new URL(server.url).port);
    const refusals = [start({ host: '127.0.0.1', port }), start({ host: '192.0.2.1', port: 0 })];
    for (const [index, refusal] of refusals.entries()) {
      const error: unknown = await refusal.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).problems[0]?.variable).toBe(['PORT', 'HOST'][index]);
    }
  });
});

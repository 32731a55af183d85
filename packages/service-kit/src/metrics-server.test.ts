import { describe, expect, it } from 'vitest';
import { answerProbe } from './metrics-server.ts';

const options = {
  metrics: { contentType: 'text/plain; version=0.0.4', render: () => Promise.resolve('up 1\n') },
  findObstacle: () => Promise.resolve(undefined),
};

describe('answerProbe', () => {
  it.each([
    ['GET', '/livez', 200, '{"status":"live"}'],
    ['GET', '/readyz?verbose', 200, '{"status":"ready"}'],
    ['HEAD', '/livez', 200, '{"status":"live"}'],
    ['GET', '/metrics', 200, 'up 1\n'],
    ['POST', '/metrics', 404, '{"status":"not_found"}'],
    ['GET', '/metrics/../etc', 404, '{"status":"not_found"}'],
    ['GET', undefined, 404, '{"status":"not_found"}'],
  ])('answers %s %s with %i', async (method, url, ...[status, body]) => {
    expect(await answerProbe(options, { method, url })).toMatchObject({ status, body });
  });

  it('is alive but not ready while the service cannot do its work', async () => {
    const busy = { ...options, findObstacle: () => Promise.resolve('engine_unavailable') };
    expect((await answerProbe(busy, { method: 'GET', url: '/livez' })).status).toBe(200);
    expect(await answerProbe(busy, { method: 'GET', url: '/readyz' })).toMatchObject({
      status: 503,
      body: '{"status":"not_ready","reason":"engine_unavailable"}',
    });
  });
});

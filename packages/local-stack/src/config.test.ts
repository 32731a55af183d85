import { ConfigError } from '@drydock/service-kit';
import { expect, test } from 'vitest';
import { parseStackConfig } from './config.ts';

test('an empty environment gives the defaults: loopback, known ports, everything private', () => {
  const { dataDir, ...rest } = parseStackConfig({});
  expect(dataDir).toMatch(/\/\.drydock$/);
  expect(rest).toEqual({
    apiHost: '127.0.0.1',
    apiPort: 8080,
    workerMetricsPort: 9102,
    monitorMetricsPort: 9103,
    redisMaxMemoryBytes: 512 * 1_024 * 1_024,
    transcriptDirs: [],
    inherited: {},
    settings: {},
  });
});

test('a key or an address of a model server means a real model', () => {
  expect(parseStackConfig({ OPENAI_API_KEY: 'sk-1' }).model).toEqual({ apiKey: 'sk-1' });
  expect(parseStackConfig({ DRYDOCK_MODEL_BASE_URL: 'http://127.0.0.1:1/v1' }).model).toEqual({
    baseUrl: 'http://127.0.0.1:1/v1',
  });
});

test('passes settings of services on, and neither keys nor the rest of the environment', () => {
  const { settings, inherited } = parseStackConfig({
    PATH: '/bin',
    AWS_SECRET_ACCESS_KEY: 'x',
    OPENAI_API_KEY: 'sk-1',
    DRYDOCK_API_KEY: 'k'.repeat(16),
    DRYDOCK_LOG_LEVEL: 'debug',
    DRYDOCK_WORKER_CONCURRENCY: '4',
  });
  expect(settings).toEqual({ DRYDOCK_LOG_LEVEL: 'debug', DRYDOCK_WORKER_CONCURRENCY: '4' });
  expect(inherited).toEqual({ PATH: '/bin' });
});

test('names every wrong variable at once', () => {
  const parse = () => parseStackConfig({ DRYDOCK_API_PORT: 'http', DRYDOCK_API_KEY: 'short' });
  expect(parse).toThrow(ConfigError);
  expect(parse).toThrow(/DRYDOCK_API_PORT .*\n?DRYDOCK_API_KEY|DRYDOCK_API_PORT/);
});

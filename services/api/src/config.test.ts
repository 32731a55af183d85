import { LIMITS } from '@drydock/core';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const ENV = { REDIS_URL: '/run/redis.sock', DRYDOCK_API_KEY: '0123456789abcdef' };

describe('readConfig', () => {
  it('needs an address of Redis and a key, and nothing else', () => {
    const { apiKey, redisUrl, ...rest } = readConfig(ENV);
    expect([apiKey.reveal(), redisUrl.reveal()]).toEqual(['0123456789abcdef', '/run/redis.sock']);
    expect(rest).toEqual({
      address: {
        host: '127.0.0.1',
        port: 8080,
        hostVariable: 'DRYDOCK_API_HOST',
        portVariable: 'DRYDOCK_API_PORT',
      },
      redisPrefix: 'drydock',
      maxQueued: 1_000,
      artifactsDir: '/var/lib/drydock/artifacts',
      auditDir: '/var/lib/drydock/audit',
      callbackHosts: new Set(),
      hasSsh: false,
      secretSealer: undefined,
      streamLimits: {
        maxStreams: 500,
        heartbeatMs: 15_000,
        stallMs: 30_000,
        maxBufferedBytes: 2_097_152,
      },
      maxUploads: 8,
      maxUploadBytes: 256 << 20,
      logLevel: 'info',
      exitOnStdinEof: false,
      limits: LIMITS,
    });
  });

  it('names every variable that is missing', () => {
    expect(() => readConfig({})).toThrow(/REDIS_URL is not set.*\nDRYDOCK_API_KEY is not set/);
  });

  it('refuses a key that can be guessed', () => {
    expect(() => readConfig({ ...ENV, DRYDOCK_API_KEY: 'secret' })).toThrow('at least 16 characters');
  });

  it('takes maxima and defaults of limits, and lowers a default with its maximum', () => {
    const { limits } = readConfig({
      ...ENV,
      DRYDOCK_LIMIT_TIMEOUT_SECONDS_MAX: '600',
      DRYDOCK_LIMIT_CPUS_DEFAULT: '2',
    });
    expect(limits).toEqual({
      ...LIMITS,
      timeout_seconds: { default: 600, maximum: 600 },
      cpus: { default: 2, maximum: 4 },
    });
    expect(() => readConfig({ ...ENV, DRYDOCK_LIMIT_CPUS_DEFAULT: '5' })).toThrow(
      'DRYDOCK_LIMIT_CPUS_DEFAULT is over its maximum',
    );
  });
});

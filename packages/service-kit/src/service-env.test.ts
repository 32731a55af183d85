import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from './parse-config.ts';
import { SERVICE_ENV } from './service-env.ts';

const Schema = z.object(SERVICE_ENV);

describe('SERVICE_ENV', () => {
  it.each(['redis://127.0.0.1:6379/0', 'rediss://:pw@host', '/run/redis.sock', 'unix:///run/redis.sock'])(
    'takes %s as an address of Redis and keeps it secret',
    (url) => {
      const config = parseConfig(Schema, { REDIS_URL: url });
      expect(config.REDIS_URL.reveal()).toBe(url);
      expect(JSON.stringify(config)).not.toContain(url);
    },
  );

  it.each([
    ['REDIS_URL', 'localhost:6379'],
    ['DRYDOCK_REDIS_PREFIX', 'a:b'],
    ['DRYDOCK_DATA_DIR', 'relative/path'],
    ['DRYDOCK_LOG_LEVEL', 'loud'],
    ['DRYDOCK_EXIT_ON_STDIN_EOF', 'yes'],
  ])('refuses a wrong %s and says what to set', (variable, value) => {
    const env = { REDIS_URL: '/run/redis.sock', [variable]: value };
    expect(() => parseConfig(Schema, env)).toThrow(
      new RegExp(`^${variable} has a wrong value .*; set it to `),
    );
  });
});

import { DrydockError } from '@drydock/core';
import { ConfigError } from '@drydock/service-kit';
import { expect, test } from 'vitest';
import { refuseForgetfulRedis } from './refuse-forgetful-redis.ts';

const failing = (code: 'store_misconfigured' | 'store_unavailable') => ({
  assertDurable: () => Promise.reject(new DrydockError(code)),
});

test('a Redis that could lose accepted jobs is refused at the start', async () => {
  await expect(refuseForgetfulRedis(failing('store_misconfigured'))).rejects.toThrow(ConfigError);
});

test('the monitor starts without Redis: it can still reap', async () => {
  await expect(refuseForgetfulRedis(failing('store_unavailable'))).resolves.toBeUndefined();
});

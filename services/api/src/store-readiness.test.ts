import type { ErrorCode } from '@drydock/contracts';
import { DrydockError } from '@drydock/core';
import { ConfigError, createLogger } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { StoreReadiness } from './store-readiness.ts';

/** Redis that fails with these codes first, one after the other, and is durable then. */
function start(failures: readonly ErrorCode[], assertRoom: () => Promise<void> = () => Promise.resolve()) {
  const codes = [...failures];
  const assertDurable = () => {
    const code = codes.shift();
    return code ? Promise.reject(new DrydockError(code)) : Promise.resolve();
  };
  return new StoreReadiness({
    health: { assertRoom, assertDurable },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    logger: createLogger({ service: 'api', level: 'silent', destination: 'stderr' }),
  });
}
const never = new AbortController().signal;

describe('StoreReadiness', () => {
  it('is ready only when a Redis that was down was found durable', async () => {
    const readiness = start(['store_unavailable', 'store_unavailable']);
    await expect(readiness.assertReady(never)).rejects.toMatchObject({ code: 'store_unavailable' });
    await readiness.waitUntilDurable(never);
    await expect(readiness.assertReady(never)).resolves.toBeUndefined();
  });

  it('is never ready with a Redis that could lose jobs', async () => {
    const readiness = start(['store_unavailable', 'store_misconfigured']);
    await expect(readiness.waitUntilDurable(never)).rejects.toThrow(ConfigError);
    await expect(readiness.assertReady(never)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('accepts nothing when it stopped to wait', async () => {
    const readiness = start([]);
    await readiness.waitUntilDurable(AbortSignal.abort());
    expect(() => readiness.assertDurable()).toThrow(DrydockError);
  });

  it('says of a Redis without room that it is full', async () => {
    const readiness = start([], () => Promise.reject(new DrydockError('store_full')));
    await readiness.waitUntilDurable(never);
    expect(() => readiness.assertDurable()).not.toThrow();
    await expect(readiness.assertReady(never)).rejects.toMatchObject({ code: 'store_full' });
  });

  it('is not ready where the answer does not come before the signal', async () => {
    const readiness = start([], () => new Promise(() => {}));
    await readiness.waitUntilDurable(never);
    const abort = new AbortController();
    const ready = readiness.assertReady(abort.signal);
    abort.abort();
    await expect(ready).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

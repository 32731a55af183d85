import { DrydockError } from '@drydock/core';
import type { ErrorCode } from '@drydock/contracts';
import { ConfigError, createLogger } from '@drydock/service-kit';
import { describe, expect, it } from 'vitest';
import { StoreReadiness } from './store-readiness.ts';

/** Redis that fails with these codes first, one after the other, and is durable then. */
function start(failures: readonly ErrorCode[], ping: () => Promise<unknown> = () => Promise.resolve('PONG')) {
  const codes = [...failures];
  const seen = { sleeps: 0, lines: 0 };
  const readiness = new StoreReadiness({
    health: {
      ping,
      assertDurable: () => {
        const code = codes.shift();
        return code ? Promise.reject(new DrydockError(code)) : Promise.resolve();
      },
    },
    clock: { now: () => 0, sleep: () => Promise.resolve(void (seen.sleeps += 1)) },
    logger: createLogger({
      service: 'api',
      level: 'info',
      destination: { write: () => void (seen.lines += 1) },
    }),
  });
  return { readiness, seen };
}
const never = new AbortController().signal;

describe('StoreReadiness', () => {
  it('waits for a Redis that is down, one log line for each wait, and is ready then', async () => {
    const { readiness, seen } = start(['store_unavailable', 'store_unavailable']);
    await expect(readiness.assertReady(never)).rejects.toMatchObject({ code: 'store_unavailable' });
    await readiness.waitUntilDurable(never);
    await expect(readiness.assertReady(never)).resolves.toBeUndefined();
    expect(seen).toEqual({ sleeps: 2, lines: 2 });
  });

  it('refuses a Redis that could lose jobs, also when it comes up later', async () => {
    const { readiness } = start(['store_unavailable', 'store_misconfigured']);
    await expect(readiness.waitUntilDurable(never)).rejects.toThrow(ConfigError);
    await expect(readiness.assertReady(never)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('stops to wait when its signal aborts', async () => {
    const { readiness } = start(Array.from({ length: 9 }, () => 'store_unavailable' as const));
    await expect(readiness.waitUntilDurable(AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('is not ready where the answer does not come before the signal', async () => {
    const { readiness } = start([], () => new Promise(() => {}));
    await readiness.waitUntilDurable(never);
    const abort = new AbortController();
    const ready = readiness.assertReady(abort.signal);
    abort.abort();
    await expect(ready).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

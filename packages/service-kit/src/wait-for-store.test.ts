import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { createLogger } from './logger.ts';
import { waitForStore } from './wait-for-store.ts';

const never = new AbortController().signal;

/** A Redis that fails with these codes first, one after the other, and is durable then. */
function start(codes: readonly string[]) {
  const left = [...codes];
  const seen = { sleeps: 0, events: [] as unknown[] };
  const store = {
    assertDurable: async () => {
      const code = left.shift();
      if (code !== undefined) throw Object.assign(new Error('appendonly must be yes.'), { code });
    },
  };
  const write = (line: string) => void seen.events.push((JSON.parse(line) as { event: string }).event);
  const waiting = {
    clock: { sleep: () => Promise.resolve(void (seen.sleeps += 1)) },
    logger: createLogger({ service: 'test', level: 'info', destination: { write } }),
  };
  return { seen, wait: (signal = never) => waitForStore(store, waiting, signal) };
}

describe('waitForStore', () => {
  it('waits for a Redis that is away, and says so once', async () => {
    const { seen, wait } = start(['store_unavailable', 'store_unavailable', 'internal_error']);
    await wait();
    expect(seen).toEqual({ sleeps: 3, events: ['store.awaited', 'store.found'] });
  });

  it('refuses a Redis that could lose jobs, also when it comes up later, and says what to set', async () => {
    const { wait } = start(['store_unavailable', 'store_misconfigured']);
    await expect(wait()).rejects.toThrow(ConfigError);
    await expect(start(['store_misconfigured']).wait()).rejects.toThrow(
      /^REDIS_URL names a Redis that is refused: appendonly must be yes\. .* set appendonly yes/,
    );
  });

  it('stops to wait when its signal aborts', async () => {
    const { seen, wait } = start(['store_unavailable']);
    await expect(wait(AbortSignal.abort())).resolves.toBeUndefined();
    expect(seen.events).toEqual([]);
  });
});

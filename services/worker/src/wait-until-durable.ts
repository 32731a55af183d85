import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { OpenQueue } from '@drydock/queue';
import type { Logger } from '@drydock/service-kit';
import { ConfigError } from '@drydock/service-kit';

const RETRY_MS = 1_000;

/**
 * Resolves when Redis answers and keeps what it confirms. While it is away the worker waits, taking no work; a Redis that
 * could lose accepted jobs is refused for good.
 */
export async function waitUntilDurable(
  queue: Pick<OpenQueue, 'assertDurable'>,
  { clock, log }: { clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await queue.assertDurable();
      return;
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error;
      if (error.code === 'store_misconfigured') {
        throw new ConfigError([
          { variable: 'REDIS_URL', problem: `names a Redis that is refused: ${error.message}` },
        ]);
      }
      log.warn('store.awaited', { code: error.code });
    }
    await clock.sleep(RETRY_MS, signal).catch(() => signal.aborted);
  }
}

import { ConfigError } from './config-error.ts';
import type { Logger } from './logger.ts';
import type { SystemClock } from './system-clock.ts';

interface DurableStore {
  /** Throws an error with the code `store_misconfigured` where Redis could lose what it confirmed. */
  assertDurable(): Promise<void>;
}

interface Waiting {
  readonly clock: Pick<SystemClock, 'sleep'>;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

const RETRY_MS = 1_000;

/**
 * Resolves when Redis answers and keeps what it confirms; without end but for the signal, since a service outlives its
 * Redis. Says once that it waits, and once that it found what it waited for. Throws ConfigError for a Redis that could
 * lose accepted jobs: waiting would not mend it.
 */
export async function waitForStore(
  store: DurableStore,
  { clock, logger }: Waiting,
  signal: AbortSignal,
): Promise<void> {
  let isTold = false;
  while (!signal.aborted) {
    try {
      await store.assertDurable();
      logger.info('store.found');
      return;
    } catch (cause) {
      if (codeOf(cause) === 'store_misconfigured') throw refuseStore(cause);
      if (!isTold) logger.warn('store.awaited', { code: codeOf(cause), next: NEXT, err: cause });
      isTold = true;
      await clock.sleep(RETRY_MS, signal).catch(() => signal.aborted);
    }
  }
}

const NEXT = 'start Redis, or correct REDIS_URL; this service waits for it and takes no work until then';

function refuseStore(cause: unknown): ConfigError {
  const why = cause instanceof Error ? cause.message : 'its settings are wrong';
  const settings = 'set appendonly yes, appendfsync always, maxmemory-policy noeviction';
  const problem = `names a Redis that is refused: ${why} For an own Redis ${settings}.`;
  return new ConfigError([{ variable: 'REDIS_URL', problem }], { cause });
}

/** The code of a DrydockError; its class belongs to a package that this one may not import. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Logger } from '@drydock/service-kit';

const RETRY_MS = 1_000;

/**
 * Opens what needs Docker Engine, as soon as that answers: a machine may start the worker first. Says once what it waits
 * for. Undefined when the signal aborts before; whatever else goes wrong is thrown.
 */
export async function openOnceAnswered<T>(
  open: () => Promise<T>,
  { clock, log, dockerSocket }: { clock: Pick<Clock, 'sleep'>; log: Logger; dockerSocket: string },
  signal: AbortSignal,
): Promise<T | undefined> {
  let isTold = false;
  while (!signal.aborted) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DrydockError) || error.code !== 'engine_unavailable') throw error;
      const next = 'start Docker Engine, or name its socket in DRYDOCK_DOCKER_SOCKET';
      if (!isTold) log.warn('engine.awaited', { dockerSocket, next, err: error });
      isTold = true;
    }
    await clock.sleep(RETRY_MS, signal).catch(() => undefined);
  }
  return undefined;
}

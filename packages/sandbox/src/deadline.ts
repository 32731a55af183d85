import type { Clock } from '@drydock/core';

/**
 * Runs `work` with a signal that is aborted after `timeoutMs` or with `outer`, and stops waiting then. Nothing is left
 * behind when it is faster: the signal of a finished call never fires.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, outer }: { clock: Clock; timeoutMs: number; outer?: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const stop = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    deadline.abort(reason);
    reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
  };
  const onOuter = () => end(outer?.reason);
  outer?.addEventListener('abort', onOuter, { once: true });
  clock.sleep(timeoutMs, stop.signal).then(
    () => end(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError')),
    // Stopped because the work was faster.
    () => undefined,
  );
  try {
    outer?.throwIfAborted();
    return await Promise.race([work(deadline.signal), expired]);
  } finally {
    stop.abort();
    outer?.removeEventListener('abort', onOuter);
  }
}

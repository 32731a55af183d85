/** Waits for `event`; rejects with the signal's reason when that comes first, and leaves no listener. */
export async function untilAborted<T>(event: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () =>
    aborted.reject(
      signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }),
    );
  // What still happens to it when nobody waits any more is nobody's error.
  event.catch(() => undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([event, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

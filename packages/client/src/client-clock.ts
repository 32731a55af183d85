/** Time as the client needs it, so that tests own it. */
export interface ClientClock {
  /** Resolves after `durationMs`; rejects with the signal's reason. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** A signal that aborts when `durationMs` pass without a `touch()`. */
  watch(durationMs: number): Watchdog;
}

export interface Watchdog extends Disposable {
  readonly signal: AbortSignal;
  touch(): void;
}

export const clientClock: ClientClock = {
  sleep: async (durationMs, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.throwIfAborted();
    const onAbort = () => reject(new Error('aborted', { cause: signal.reason }));
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  },
  watch: (durationMs) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error(`silent for ${durationMs} ms`)), durationMs);
    return {
      signal: abort.signal,
      touch: () => void timer.refresh(),
      [Symbol.dispose]: () => clearTimeout(timer),
    };
  },
};

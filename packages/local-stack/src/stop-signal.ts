import { systemClock } from '@drydock/service-kit';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes on what the terminal has already sent to everybody: an echo, not a second wish. */
const ECHO_MS = 1_000;

/** The reason of the signal that `watchStopSignals` gives: somebody asked this process to end. */
export class Stopped extends Error {
  constructor(signal: string) {
    super(`stopped by ${signal}`);
    this.name = 'Stopped';
  }
}

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. A later one ends this process at once; its services then end with
 * their pipes.
 */
export function watchStopSignals(): AbortSignal {
  const stop = new AbortController();
  let firstAt: number | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (firstAt !== undefined && systemClock.now() - firstAt > ECHO_MS) process.exit(1);
      firstAt ??= systemClock.now();
      stop.abort(new Stopped(signal));
    });
  }
  return stop.signal;
}

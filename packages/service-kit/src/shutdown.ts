import type { Logger } from './logger.ts';
import type { SystemClock } from './system-clock.ts';

/** The part of `process` that a shutdown needs. */
export interface ProcessSeam {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
  readonly stdin: { on(event: string, listener: () => void): unknown; resume(): unknown };
}

export interface ShutdownOptions {
  readonly logger: Logger;
  readonly clock: SystemClock;
  /** Also end when stdin does: a parent that dies takes the service with it. */
  readonly exitOnStdinEof: boolean;
  readonly process?: ProcessSeam;
}

interface Closer {
  readonly name: string;
  readonly timeoutMs: number;
  readonly close: () => Promise<unknown> | void;
}

/**
 * The ordered end of a process: SIGTERM, SIGINT or (where asked for) the end of stdin runs the closers in reverse
 * order of `add`, each with its own deadline, and exits. Exit code 0: all closed in time; 1: one did not.
 * A second signal exits at once with 1, so a stuck closer never needs SIGKILL.
 */
export class Shutdown {
  readonly #closers: Closer[] = [];
  readonly #abort = new AbortController();
  readonly #logger: Logger;
  readonly #clock: SystemClock;
  readonly #process: ProcessSeam;

  constructor({ logger, clock, process = globalThis.process }: Omit<ShutdownOptions, 'exitOnStdinEof'>) {
    this.#logger = logger;
    this.#clock = clock;
    this.#process = process;
  }

  /** Aborts when the shutdown begins. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Adds what must be closed before the process ends; what was added last is closed first. */
  add(name: string, timeoutMs: number, close: () => Promise<unknown> | void): void {
    this.#closers.push({ name, timeoutMs, close });
  }

  /** Runs the closers and exits. Later calls exit at once. */
  async begin(reason: string): Promise<void> {
    if (this.signal.aborted) return this.#process.exit(1);
    this.#abort.abort(new Error(`shutdown: ${reason}`));
    this.#logger.info('shutdown.started', { reason });
    let clean = true;
    for (const closer of this.#closers.toReversed()) clean = (await this.#close(closer)) && clean;
    this.#logger.info('shutdown.finished', { clean });
    this.#process.exit(clean ? 0 : 1);
  }

  async #close({ name, timeoutMs, close }: Closer): Promise<boolean> {
    const timer = new AbortController();
    const late = this.#clock.sleep(timeoutMs, timer.signal).then(() => {
      throw new Error(`not closed within ${timeoutMs} ms`);
    });
    try {
      await Promise.race([Promise.resolve().then(close), late]);
      return true;
    } catch (err) {
      this.#logger.error('closer.failed', { closer: name, err });
      return false;
    } finally {
      timer.abort();
    }
  }
}

/** Creates a Shutdown and connects it to the process. A crash is logged and exits with 1 without closers: after an
 * unknown failure no state of the process can be trusted, and everything it held is reaped from outside. */
export function watchShutdown(options: ShutdownOptions): Shutdown {
  const shutdown = new Shutdown(options);
  const { logger, process = globalThis.process } = options;
  const begin = (reason: string) => void shutdown.begin(reason);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => begin(signal));
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (err) => {
      logger.error('process.crashed', { kind: event, err });
      process.exit(1);
    });
  }
  if (options.exitOnStdinEof) {
    // `close` covers a stdin that fails instead of ending; the second of the two must not count as a second signal.
    const onEof = () => shutdown.signal.aborted || begin('stdin ended');
    process.stdin.on('end', onEof);
    process.stdin.on('close', onEof);
    process.stdin.resume();
  }
  return shutdown;
}

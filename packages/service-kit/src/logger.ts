import { pino } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What happened, as `noun.past_tense`: `job.accepted`, `sandbox.reaped`. */
export type LogEvent = `${string}.${string}`;
/** An error goes under `err`; it is written with its stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One canonical JSON line per event. Secrets are safe by type (see `Secret`). */
export interface Logger {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
  /** A logger that adds these fields, such as `jobId`, to every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly destination: 'stdout' | 'stderr' | { write(line: string): void };
}

/** Writes are synchronous, so that the line which says why a process ends is not lost with it. */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const stream =
    typeof destination === 'object'
      ? destination
      : pino.destination({ fd: destination === 'stdout' ? 1 : 2, sync: true });
  return wrap(
    pino(
      {
        level,
        base: { service },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { err: pino.stdSerializers.errWithCause },
      },
      stream,
    ),
  );
}

function wrap(target: pino.Logger): Logger {
  return {
    debug: (event, fields) => target.debug({ event, ...fields }),
    info: (event, fields) => target.info({ event, ...fields }),
    warn: (event, fields) => target.warn({ event, ...fields }),
    error: (event, fields) => target.error({ event, ...fields }),
    child: (fields) => wrap(target.child(fields)),
  };
}

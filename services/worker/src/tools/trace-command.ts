import type { CommandEnd } from '@drydock/core';
import type { AttemptLog } from '../attempt/attempt-log.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { Redactor } from '../gate/redactor.ts';

/** Of one command, in the events: they are kept in Redis. */
const MAX_EVENT_CHARS = 64 << 10;
/** Of one command, in the log. */
const MAX_LOG_BYTES = 4 << 20;

export interface TraceOptions {
  readonly events: Pick<EventSink, 'emit'>;
  readonly log: AttemptLog;
  readonly redactor: Pick<Redactor, 'stream' | 'text'>;
}

interface TracedCommand {
  readonly callId: string;
  readonly cmd: string;
  readonly workdir: string;
  /** Sees the output as it came, before anything is masked. */
  readonly onOutput?: (text: string) => void;
  readonly onEnded?: (end: CommandEnd) => void;
}

/** What an exec is given so that people can follow it. */
export interface CommandTrace {
  readonly maxStreamBytes: number;
  readonly onOutput: (text: string) => void;
  readonly onEnded: (end: CommandEnd) => void;
}

/** Tells events and log of a command that a tool runs: its start now, its output and its end as they come. */
export function traceCommand({ events, log, redactor }: TraceOptions, command: TracedCommand): CommandTrace {
  const { callId, cmd, workdir } = command;
  events.emit({ type: 'command.started', data: { call_id: callId, cmd, workdir } });
  const entry = log.open(`$ ${redactor.text(cmd)}`);
  const redacted = redactor.stream();
  let room = MAX_EVENT_CHARS;
  const tell = (text: string, outputBytes: number): void => {
    entry.append(text, outputBytes);
    const shown = text.slice(0, room);
    room -= shown.length;
    if (shown !== '')
      events.emit({ type: 'command.output_appended', data: { call_id: callId, text: shown } });
  };
  return {
    maxStreamBytes: Math.max(0, Math.min(MAX_LOG_BYTES, log.roomBytes)),
    onOutput: (output) => {
      command.onOutput?.(output);
      tell(redacted.push(output), Buffer.byteLength(output));
    },
    onEnded: (end) => {
      // What was held back in case it went on as a secret.
      tell(redacted.end(), 0);
      entry.finish(`[exit ${end.exitCode ?? end.signal}]`, end.totalBytes);
      events.emit({ type: 'command.finished', data: toFinished(callId, end) });
      command.onEnded?.(end);
    },
  };
}

const toFinished = (callId: string, end: CommandEnd) => ({
  call_id: callId,
  exit_code: end.exitCode,
  signal: end.signal,
  duration_ms: end.durationMs,
  timed_out: end.timedOut,
  output_bytes: end.totalBytes,
});

import { createHash } from 'node:crypto';
import type { ExecCommandArgs, Observation, WriteStdinArgs } from '@drydock/contracts';
import type { Clock, CommandEnd, ExecResult, Sandbox } from '@drydock/core';
import type { AttemptLog, LogEntry } from '../attempt/attempt-log.ts';
import type { EventSink } from '../attempt/event-sink.ts';
import type { Redactor } from '../gate/redactor.ts';
import type { Slice } from './slice.ts';

export const WORKDIR = '/job/work';
/** 10,000 tokens of about four bytes: what Codex models expect at most of one command. */
const DEFAULT_OUTPUT_TOKENS = 10_000;
/** Times four bytes, times six for the worst JSON escape, still fits in a frame. */
const MAX_OUTPUT_TOKENS = 40_000;
const BYTES_PER_TOKEN = 4;
/** Of one command, in the events: they are kept in Redis. */
const MAX_EVENT_CHARS = 64 << 10;
/** Of one command, in the log. */
const MAX_LOG_BYTES = 4 << 20;

interface Wait {
  readonly fallbackMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long the model may wait, by what it waits for (codex-rs, unified exec). */
const WAITS = {
  exec: { fallbackMs: 10_000, minMs: 250, maxMs: 30_000 },
  write: { fallbackMs: 250, minMs: 250, maxMs: 30_000 },
  poll: { fallbackMs: 5_000, minMs: 5_000, maxMs: 300_000 },
} as const satisfies Record<string, Wait>;

/** How one command is run. */
interface Execution {
  readonly env: Readonly<Record<string, string>>;
  readonly end: () => void;
  readonly signal: AbortSignal;
}

export interface CommandRunnerOptions {
  readonly sandbox: Pick<Sandbox, 'exec' | 'writeStdin' | 'endSessions'>;
  readonly events: Pick<EventSink, 'emit'>;
  readonly log: AttemptLog;
  readonly redactor: Pick<Redactor, 'stream' | 'text'>;
  readonly clock: Pick<Clock, 'now'>;
  /** When the attempt has to be over, epoch milliseconds: no command lives longer. */
  readonly deadlineAt: number;
  readonly slice: Slice;
}

/**
 * Runs the model's commands. One that still runs when the model's patience ends becomes a session, which goes on until
 * its stage or the attempt does; in a limited slice there are no sessions, and a command is stopped at its end. Events and log tell of each command when it happens, whether or not the model asks.
 */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #live = new Set<string>();

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
  }

  /** Whether a command runs that may write to the workspace at any time. */
  get isBusy(): boolean {
    return this.#live.size > 0;
  }

  /** `end` is called once, when the command has ended. */
  async exec(callId: string, args: ExecCommandArgs, { env, end, signal }: Execution): Promise<Observation> {
    const { sandbox, events, log, slice, redactor } = this.#options;
    const workdir = args.workdir ?? WORKDIR;
    events.emit({ type: 'command.started', data: { call_id: callId, cmd: args.cmd, workdir } });
    this.#live.add(callId);
    const entry = log.open(`$ ${redactor.text(args.cmd)}`);
    const output = this.#tellOutput(callId, entry);
    const maxOutputBytes = toBytes(args.max_output_tokens);
    const stopsWithSlice = slice.restMs < this.#restMs;
    const result = await sandbox.exec(
      {
        cmd: args.cmd,
        workdir,
        env,
        timeoutMs: Math.max(1, Math.ceil(Math.min(slice.restMs, this.#restMs))),
        ...(slice.isLimited ? {} : { yieldMs: this.#clamp(args.yield_time_ms, WAITS.exec) }),
        // A slice has no sessions: what asks for input reads its end at once, on a terminal too.
        keepStdinOpen: (args.keep_stdin_open === true || args.tty === true) && !slice.isLimited,
        tty: args.tty === true,
        maxOutputBytes,
        maxStreamBytes: Math.max(0, Math.min(MAX_LOG_BYTES, log.roomBytes)),
        onOutput: output.push,
        onEnded: (ended) => {
          end();
          output.end();
          this.#tellEnd(callId, entry, { ...ended, isCut: stopsWithSlice && ended.timedOut });
        },
      },
      signal,
    );
    if (!stopsWithSlice || !result.timedOut) return toObservation(callId, result);
    slice.end();
    return { ...toObservation(callId, result), sliceSeconds: slice.seconds };
  }

  async writeStdin(callId: string, args: WriteStdinArgs, signal: AbortSignal): Promise<Observation> {
    const { chars } = args;
    const answer = await this.#options.sandbox.writeStdin(
      {
        sessionId: args.session_id,
        chars,
        yieldMs: this.#clamp(args.yield_time_ms, chars === '' ? WAITS.poll : WAITS.write),
        maxOutputBytes: toBytes(args.max_output_tokens),
      },
      signal,
    );
    return 'refused' in answer
      ? { kind: 'refused', reason: 'session', message: answer.refused }
      : toObservation(callId, answer);
  }

  /** Kills every command that still runs. */
  async endSessions(signal: AbortSignal): Promise<void> {
    await this.#options.sandbox.endSessions(signal);
  }

  get #restMs(): number {
    const { clock, deadlineAt } = this.#options;
    return Math.max(1, Math.ceil(deadlineAt - clock.now()));
  }

  #clamp(wished: number | undefined, { fallbackMs, minMs, maxMs }: Wait): number {
    return Math.min(Math.max(wished ?? fallbackMs, minMs), maxMs, this.#restMs);
  }

  /** What is held back in case it goes on as a secret comes with `end`. */
  #tellOutput(callId: string, entry: LogEntry): { push: (output: string) => void; end: () => void } {
    const redacted = this.#options.redactor.stream();
    let room = MAX_EVENT_CHARS;
    const tell = (text: string, outputBytes: number): void => {
      entry.append(text, outputBytes);
      this.#tellText(callId, text.slice(0, room));
      room = Math.max(0, room - text.length);
    };
    return {
      push: (output) => tell(redacted.push(output), Buffer.byteLength(output)),
      end: () => tell(redacted.end(), 0),
    };
  }

  #tellText(callId: string, text: string): void {
    if (text === '') return;
    this.#options.events.emit({ type: 'command.output_appended', data: { call_id: callId, text } });
  }

  #tellEnd(callId: string, entry: LogEntry, end: CommandEnd & { isCut: boolean }): void {
    this.#live.delete(callId);
    const { seconds } = this.#options.slice;
    const cut = end.isCut ? `; truncated: its turn took ${seconds} s` : '';
    entry.finish(`[exit ${end.exitCode ?? end.signal}${cut}]`, end.totalBytes);
    this.#options.events.emit({
      type: 'command.finished',
      data: {
        call_id: callId,
        exit_code: end.exitCode,
        signal: end.signal,
        duration_ms: end.durationMs,
        timed_out: end.timedOut,
        output_bytes: end.totalBytes,
        ...(end.isCut ? { truncated: true as const } : {}),
      },
    });
  }
}

const toBytes = (tokens = DEFAULT_OUTPUT_TOKENS): number =>
  Math.min(tokens, MAX_OUTPUT_TOKENS) * BYTES_PER_TOKEN;

/** Field by field: an observation has no others. */
function toObservation(callId: string, result: ExecResult): Extract<Observation, { kind: 'command' }> {
  const { exitCode, signal, timedOut, durationMs, head, tail, totalBytes, omittedBytes } = result;
  const { sessionId, totalLines } = result;
  return {
    kind: 'command',
    chunkId: toChunkId(callId),
    exitCode,
    signal,
    timedOut,
    durationMs,
    head,
    tail,
    totalBytes,
    omittedBytes,
    ...(totalLines === undefined ? {} : { totalLines }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

/** Six hexadecimal digits, as Codex names a part of an output. Of the call, so that a replay says the same. */
const toChunkId = (callId: string): string => createHash('sha256').update(callId).digest('hex').slice(0, 6);

import type { CommandEnd, ExecRequest, ExecResult } from '@drydock/core';
import type { Answer, CommandListener, Ended, Loss } from './tool-host.ts';

type Told = Extract<Answer, { type: 'exited' | 'running' }>;

/** What a shell answers when a command cannot be started. */
const CANNOT_START = 126;
const UNKNOWN_END = { exitCode: null, signal: null, timedOut: false } as const;

/** Why there is no proper end, for the model. */
const LOSSES: Readonly<Record<Loss, string>> = {
  ended: 'The process that runs commands was killed, and all commands with it. The next command works again.',
  silent:
    'The process that runs commands was stopped and did not answer any more: it was killed, and all commands with it. The next command works again.',
};

interface KilledOutput {
  readonly how: Loss;
  /** Whether its output was answered before. */
  readonly output: 'unseen' | 'seen';
}

/** Output of one command as it streams in: passed on, and kept for the case that no proper end comes. */
export class ExecOutput implements CommandListener {
  readonly #request: ExecRequest;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #decoder = new TextDecoder();
  #text = '';
  #bytes = 0;
  #hasEnded = false;

  constructor(request: ExecRequest, now: () => number) {
    this.#request = request;
    this.#now = now;
    this.#startedAt = now();
  }

  readonly onOutput = (chunk: Uint8Array): void => {
    // The tool host stops there; what a hostile one sends beyond is not looked at.
    const { maxStreamBytes = this.#keptBytes } = this.#request;
    const streamed = chunk.subarray(0, Math.max(0, maxStreamBytes - this.#bytes));
    if (streamed.byteLength === 0) return;
    const text = this.#decoder.decode(streamed, { stream: true });
    if (this.#bytes < this.#keptBytes) this.#text = (this.#text + text).slice(0, this.#keptBytes);
    this.#bytes += streamed.byteLength;
    this.#request.onOutput?.(text);
  };

  readonly onEnded = (end: Ended | undefined): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#request.onEnded?.(end ?? this.#killed());
  };

  /** What the tool host says of it. */
  toResult({ type, body }: Told, sessionId: number): ExecResult {
    const head = Buffer.from(body.head, 'base64');
    const tail = Buffer.from(body.tail, 'base64');
    const { durationMs, totalBytes, totalLines } = body;
    const end =
      type === 'running'
        ? { ...UNKNOWN_END, sessionId }
        : { exitCode: body.exitCode, signal: body.signal, timedOut: body.timedOut };
    return {
      ...end,
      durationMs,
      head: head.toString(),
      tail: tail.toString(),
      totalBytes,
      totalLines,
      omittedBytes: Math.max(0, totalBytes - head.byteLength - tail.byteLength),
    };
  }

  /** The tool host was killed or does not answer, and the command with it; the last line says so. */
  toKilled({ how, output }: KilledOutput): ExecResult {
    this.onEnded(undefined);
    const head = output === 'seen' ? '' : this.#text;
    return { ...this.#killed(), head, tail: `\n[${LOSSES[how]}]\n`, omittedBytes: 0 };
  }

  /** It never ran; the reason is what the model reads. */
  toRefused(message: string): ExecResult {
    const totalBytes = Buffer.byteLength(message);
    const end = { ...UNKNOWN_END, exitCode: CANNOT_START, durationMs: 0, totalBytes };
    this.onEnded(end);
    return { ...end, head: message, tail: '', omittedBytes: 0 };
  }

  get #keptBytes(): number {
    return Math.ceil(this.#request.maxOutputBytes / 2);
  }

  #killed(): CommandEnd {
    const durationMs = this.#now() - this.#startedAt;
    const timedOut = durationMs >= this.#request.timeoutMs;
    return { exitCode: null, signal: 'SIGKILL', timedOut, durationMs, totalBytes: this.#bytes };
  }
}

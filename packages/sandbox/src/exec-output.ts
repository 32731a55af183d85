import type { ExecRequest, ExecResult } from '@drydock/core';
import type { Answer } from './tool-host.ts';

type Exited = Extract<Answer, { type: 'exited' }>;

/** What a shell answers when a command cannot be started. */
const CANNOT_START = 126;

/** Output of one command as it streams in: passed on, and kept for the case that no proper end comes. */
export class ExecOutput {
  readonly #request: ExecRequest;
  readonly #decoder = new TextDecoder();
  #text = '';
  #bytes = 0;

  constructor(request: ExecRequest) {
    this.#request = request;
  }

  readonly add = (chunk: Uint8Array): void => {
    // The tool host stops at half; what a hostile one sends beyond that is not kept.
    const room = Math.max(0, Math.ceil(this.#request.maxOutputBytes / 2) - this.#bytes);
    const kept = chunk.subarray(0, room);
    if (kept.byteLength === 0) return;
    this.#bytes += kept.byteLength;
    const text = this.#decoder.decode(kept, { stream: true });
    this.#text += text;
    this.#request.onOutput?.(text);
  };

  /** The end that the tool host saw. */
  toResult({ body }: Exited): ExecResult {
    const head = Buffer.from(body.head, 'base64');
    const tail = Buffer.from(body.tail, 'base64');
    return {
      exitCode: body.exitCode,
      signal: body.signal,
      timedOut: body.timedOut,
      durationMs: body.durationMs,
      head: head.toString(),
      tail: tail.toString(),
      totalBytes: body.totalBytes,
      omittedBytes: Math.max(0, body.totalBytes - head.byteLength - tail.byteLength),
    };
  }

  /** The tool host was killed or does not answer, and the command with it. */
  toKilled(end: { readonly timedOut: boolean; readonly durationMs: number }): ExecResult {
    return { ...this.#without(end.durationMs), exitCode: null, signal: 'SIGKILL', timedOut: end.timedOut };
  }

  /** It never ran; the reason is what the model reads. */
  toRefused(message: string): ExecResult {
    const bytes = Buffer.byteLength(message);
    return { ...this.#without(0), exitCode: CANNOT_START, head: message, totalBytes: bytes };
  }

  #without(durationMs: number): ExecResult {
    return {
      exitCode: null,
      signal: null,
      timedOut: false,
      durationMs,
      head: this.#text,
      tail: '',
      totalBytes: this.#bytes,
      omittedBytes: 0,
    };
  }
}

import type { ToolHostResponse } from '@drydock/contracts';
import { firstCharacterIndex, wholeCharactersLength } from '../utf8-boundary.ts';
import type { ExecBody } from './command.ts';
import { HeadTailBuffer } from './head-tail-buffer.ts';
import type { OutputStream } from './output-stream.ts';
import type { CommandChild } from './spawn-command.ts';

/** Both halves in base64 and the rest of the answer fit into one frame. */
const MAX_ANSWER_BYTES = 720 << 10;
/** What is kept of a command between two answers about it. */
const SESSION_BYTES = 1 << 20;

type Answered = Omit<Extract<ToolHostResponse, { type: 'running' }>['body'], 'durationMs'>;

/** What a command writes: its beginning is streamed, both ends of what was not answered yet are kept. Constant memory. */
export class CommandOutput {
  readonly #buffer: HeadTailBuffer;
  readonly #stream: OutputStream;
  #toStream: number;
  #answeredBytes = 0;

  constructor({ outputs }: CommandChild, body: ExecBody, stream: OutputStream) {
    const wholeBytes = Math.min(body.maxOutputBytes, MAX_ANSWER_BYTES);
    this.#buffer = new HeadTailBuffer(body.yieldMs === undefined ? wholeBytes : SESSION_BYTES);
    this.#stream = stream;
    this.#toStream = body.maxStreamBytes ?? Math.ceil(wholeBytes / 2);
    for (const output of outputs) output.on('data', (chunk: Buffer) => this.#push(chunk));
  }

  /** Since the command was started. */
  get totalBytes(): number {
    return this.#answeredBytes + this.#buffer.totalBytes;
  }

  /** Streams what is still held back. */
  flush(): void {
    this.#stream.flush();
  }

  /** Head and tail, together at most `maxBytes`, of what was written since the last time. */
  take(maxBytes: number): Answered {
    this.#stream.flush();
    const { totalBytes, totalLines } = this.#buffer;
    const { head, tail } = cutEnds(this.#buffer.read(), Math.min(maxBytes, MAX_ANSWER_BYTES));
    const ends = { head: head.toString('base64'), tail: tail.toString('base64') };
    this.#answeredBytes += totalBytes;
    this.#buffer.clear();
    return { ...ends, totalBytes, totalLines };
  }

  #push(chunk: Buffer): void {
    this.#buffer.push(chunk);
    if (this.#toStream === 0) return;
    const part = chunk.subarray(0, this.#toStream);
    this.#toStream -= part.byteLength;
    this.#stream.push(part);
  }
}

interface Ends {
  readonly head: Buffer;
  readonly tail: Buffer;
}

/** The outer halves of both ends. All of a short output is its head. */
function cutEnds({ head, tail }: Ends, maxBytes: number): Ends {
  if (head.byteLength + tail.byteLength <= maxBytes) return { head, tail };
  const first = head.subarray(0, Math.ceil(maxBytes / 2));
  const end = tail.byteLength === 0 ? head : tail;
  const last = end.subarray(end.byteLength - Math.floor(maxBytes / 2));
  return {
    head: first.subarray(0, wholeCharactersLength(first)),
    tail: last.subarray(firstCharacterIndex(last)),
  };
}

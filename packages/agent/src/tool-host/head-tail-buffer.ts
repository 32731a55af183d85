import { firstCharacterIndex, wholeCharactersLength } from '../utf8-boundary.ts';

const NEWLINE = 0x0a;

/** Output of which at most the first and the last half are kept, in constant memory. */
export class HeadTailBuffer {
  readonly #head: Buffer;
  readonly #tail: Buffer;
  #headLength = 0;
  /** Where the next byte of the tail goes; the tail is a ring. */
  #tailNext = 0;
  #total = 0;
  #newlines = 0;
  #endsInLine = false;

  /** Keeps `maxBytes` of output. */
  constructor(maxBytes: number) {
    this.#head = Buffer.allocUnsafe(Math.ceil(maxBytes / 2));
    this.#tail = Buffer.allocUnsafe(Math.floor(maxBytes / 2));
  }

  get totalBytes(): number {
    return this.#total;
  }

  /** Lines of all that was pushed; a last one without an ending counts. */
  get totalLines(): number {
    return this.#newlines + (this.#endsInLine ? 1 : 0);
  }

  push(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#total += chunk.byteLength;
    this.#newlines += countNewlines(chunk);
    this.#endsInLine = chunk.at(-1) !== NEWLINE;
    const headPart = chunk.subarray(0, this.#head.byteLength - this.#headLength);
    this.#head.set(headPart, this.#headLength);
    this.#headLength += headPart.byteLength;
    this.#pushTail(chunk.subarray(headPart.byteLength));
  }

  /** Forgets everything; what `read` gave is overwritten by what comes next. */
  clear(): void {
    this.#headLength = 0;
    this.#tailNext = 0;
    this.#total = 0;
    this.#newlines = 0;
    this.#endsInLine = false;
  }

  /**
   * What was kept. All of it is the head when nothing had to be cut; else both parts begin and end with whole
   * characters.
   */
  read(): { head: Buffer; tail: Buffer } {
    const head = this.#head.subarray(0, this.#headLength);
    const afterHead = this.#total - this.#headLength;
    if (afterHead <= this.#tail.byteLength) {
      return { head: Buffer.concat([head, this.#tail.subarray(0, afterHead)]), tail: Buffer.alloc(0) };
    }
    const tail = Buffer.concat([this.#tail.subarray(this.#tailNext), this.#tail.subarray(0, this.#tailNext)]);
    return {
      head: head.subarray(0, wholeCharactersLength(head)),
      tail: tail.subarray(firstCharacterIndex(tail)),
    };
  }

  #pushTail(bytes: Uint8Array): void {
    const size = this.#tail.byteLength;
    if (size === 0) return;
    const kept = bytes.subarray(Math.max(0, bytes.byteLength - size));
    // What falls out before it is stored moves the ring on all the same.
    this.#tailNext = (this.#tailNext + bytes.byteLength - kept.byteLength) % size;
    const first = kept.subarray(0, size - this.#tailNext);
    this.#tail.set(first, this.#tailNext);
    this.#tail.set(kept.subarray(first.byteLength), 0);
    this.#tailNext = (this.#tailNext + kept.byteLength) % size;
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

const NEWLINE = 0x0a;
const FIRST_BYTES = 16 << 10;
const encoder = new TextEncoder();

/**
 * What a program printed, as far as it is kept, as bytes: hostile output may be nothing but ends of lines, of which an
 * array of strings takes many times the memory.
 */
export class KeptLog {
  readonly #maxBytes: number;
  #buffer = Buffer.alloc(0);
  #bytes = 0;
  /** Of what was printed; notes have room beyond. */
  #printedBytes = 0;
  #isFull = false;

  /** `maxBytes`: of what is printed. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** Kept of all that was printed. */
  get printedBytes(): number {
    return this.#printedBytes;
  }

  get text(): string {
    return this.#kept.toString();
  }

  includes(text: string): boolean {
    return this.#kept.includes(text);
  }

  /** Keeps the start of what no longer fits, by whole characters, and nothing behind it. */
  append(printed: string): void {
    if (this.#isFull) return;
    const wanted = Buffer.byteLength(printed);
    const written = this.#write(printed, Math.min(wanted, this.#maxBytes - this.#printedBytes));
    this.#printedBytes += written;
    this.#isFull = written < wanted;
  }

  /** Words of the platform between what was printed; kept in any case. */
  note(text: string): void {
    this.#write(text, Buffer.byteLength(text));
  }

  /** Forgets what was printed since there were as many bytes of it. */
  cutTo(printedBytes: number): void {
    this.#bytes -= this.#printedBytes - printedBytes;
    this.#printedBytes = printedBytes;
    this.#isFull = false;
  }

  /** Gives back the memory that nothing was written to: no more will come. */
  seal(): void {
    this.#buffer = Buffer.from(this.#kept);
  }

  /** An end of line at the very end starts no other. */
  get lineCount(): number {
    let count = 1;
    for (let at = 0; at < this.#bytes - 1; at += 1) if (this.#buffer[at] === NEWLINE) count += 1;
    return count;
  }

  /** Lines from this one on, counted from 1; of a long one the first `maxChars` and at least one more. */
  *linesFrom(first: number, maxChars: number): Generator<string> {
    const end = this.#buffer[this.#bytes - 1] === NEWLINE ? this.#bytes - 1 : this.#bytes;
    let from = this.#findLine(first);
    while (from <= end) {
      const found = this.#buffer.subarray(0, end).indexOf(NEWLINE, from);
      const to = found === -1 ? end : found;
      // No character takes more than three bytes for each of its UTF-16 units.
      yield this.#buffer.toString('utf8', from, Math.min(to, from + 3 * (maxChars + 2)));
      from = to + 1;
    }
  }

  get #kept(): Buffer {
    return this.#buffer.subarray(0, this.#bytes);
  }

  #findLine(number: number): number {
    let at = 0;
    for (let line = 1; line < number && at < this.#bytes; at += 1)
      if (this.#buffer[at] === NEWLINE) line += 1;
    return at;
  }

  #write(text: string, maxBytes: number): number {
    const end = this.#bytes + maxBytes;
    if (end > this.#buffer.byteLength) {
      // Doubled, or appending byte by byte would copy all of it each time.
      const larger = Buffer.alloc(Math.max(end, FIRST_BYTES, 2 * this.#buffer.byteLength));
      this.#kept.copy(larger);
      this.#buffer = larger;
    }
    const { written } = encoder.encodeInto(text, this.#buffer.subarray(this.#bytes, end));
    this.#bytes += written;
    return written;
  }
}

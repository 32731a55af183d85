/** The input ended where more had to come. */
export class EndOfInput extends Error {}

/** Reads a stream of chunks by lines and counts, and never holds more than it was asked for. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array, unknown>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes up to a line feed, without it. Throws where none comes within `maxBytes`. */
  async readLine(maxBytes: number): Promise<string> {
    const parts: Buffer[] = [];
    for (let bytes = 0; bytes <= maxBytes;) {
      const chunk = await this.#next();
      const end = chunk.indexOf('\n');
      parts.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) {
        this.#rest = chunk.subarray(end + 1);
        return Buffer.concat(parts).toString();
      }
      bytes += chunk.length;
    }
    throw new Error(`There is no line within ${maxBytes} bytes.`);
  }

  /** Exactly so many bytes; undefined where the input ends before the first of them. */
  async read(bytes: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    try {
      for await (const part of this.take(bytes)) parts.push(part);
    } catch (error) {
      if (error instanceof EndOfInput && parts.length === 0) return undefined;
      throw error;
    }
    return Buffer.concat(parts);
  }

  /** So many bytes, as they come. */
  async *take(bytes: number): AsyncGenerator<Buffer, void> {
    for (let left = bytes; left > 0;) {
      const chunk = await this.#next();
      const part = chunk.subarray(0, left);
      this.#rest = chunk.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Everything to the end. */
  async *rest(): AsyncGenerator<Buffer, void> {
    try {
      for (;;) yield await this.#next();
    } catch (error) {
      if (!(error instanceof EndOfInput)) throw error;
    }
  }

  /** Resolves when the input ends or goes on behind what was read. */
  async ended(): Promise<void> {
    await this.#next().catch(() => undefined);
  }

  async #next(): Promise<Buffer> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = Buffer.alloc(0);
      return rest;
    }
    const next = await this.#source.next();
    if (next.done === true) throw new EndOfInput('The input ends too early.');
    const { buffer, byteOffset, byteLength } = next.value;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
}

/** Reads what nobody needs. */
export async function dropAll(chunks: AsyncIterator<Buffer>): Promise<void> {
  while ((await chunks.next()).done !== true);
}

/** Output up to a cap: one byte more is refused, which cuts the connection. */
export class CappedBytes {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isOver(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  readonly add = (chunk: Uint8Array): void => {
    this.#bytes += chunk.byteLength;
    if (this.isOver) throw new Error('too much output');
    this.#chunks.push(chunk);
  };

  toBytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

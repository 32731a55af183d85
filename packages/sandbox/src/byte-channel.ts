/** Bytes from somebody who cannot wait to somebody who can. What comes after its reader has gone is dropped. */
export class ByteChannel implements AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #end: { readonly failure: Error | undefined } | undefined;
  #isLeft = false;
  #changed = Promise.withResolvers<void>();

  readonly push = (chunk: Uint8Array): void => {
    if (this.#isLeft) return;
    this.#chunks.push(chunk);
    this.#changed.resolve();
  };

  /** Its reader comes to the end; with a failure, throws it there. */
  end(failure?: Error): void {
    this.#end ??= { failure };
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunks = this.#chunks;
        this.#chunks = [];
        this.#changed = Promise.withResolvers();
        yield* chunks;
        if (this.#chunks.length > 0) continue;
        if (this.#end?.failure !== undefined) throw this.#end.failure;
        if (this.#end !== undefined) return;
        await this.#changed.promise;
      }
    } finally {
      this.#isLeft = true;
      this.#chunks = [];
    }
  }
}

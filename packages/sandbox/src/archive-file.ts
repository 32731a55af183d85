import { DrydockError } from '@drydock/core';
import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that is written as it comes, within a cap: waiting for the disk would keep what it does not take in memory. */
export class ArchiveFile implements Disposable {
  readonly #file: number;
  readonly #maxBytes: number;
  #bytes = 0;

  /** Readable by all: users of a container read it through a bind that nobody writes. */
  constructor(path: string, maxBytes: number) {
    this.#file = openSync(path, 'wx', 0o444);
    this.#maxBytes = maxBytes;
  }

  /** Throws `bad_source` past the cap. */
  readonly write = (chunk: Uint8Array): void => {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#maxBytes)
      throw new DrydockError('bad_source', { message: 'The source is too large.' });
    for (let rest = chunk; rest.byteLength > 0;) rest = rest.subarray(writeSync(this.#file, rest));
  };

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

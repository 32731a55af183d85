import type { CappedBytes } from './capped-bytes.ts';

const LENGTH_BYTES = 4;

/** Takes apart what a state capture writes: the length of the diff, the diff, and the checkpoint to the end. */
export class StateStream {
  readonly #diff: CappedBytes;
  readonly #onCheckpoint: (chunk: Uint8Array) => void;
  #length = Buffer.alloc(0);

  constructor(diff: CappedBytes, onCheckpoint: (chunk: Uint8Array) => void) {
    this.#diff = diff;
    this.#onCheckpoint = onCheckpoint;
  }

  /** Whether the diff has come whole. */
  get hasDiff(): boolean {
    return this.#length.byteLength === LENGTH_BYTES && this.#missingBytes === 0;
  }

  /** Throws where the diff is larger than its cap. */
  readonly push = (chunk: Uint8Array): void => {
    const afterLength = this.#takeLength(chunk);
    if (afterLength.byteLength === 0) return;
    const diff = afterLength.subarray(0, this.#missingBytes);
    if (diff.byteLength > 0) this.#diff.add(diff);
    const checkpoint = afterLength.subarray(diff.byteLength);
    if (checkpoint.byteLength > 0) this.#onCheckpoint(checkpoint);
  };

  get #missingBytes(): number {
    return this.#length.readUInt32BE() - this.#diff.byteLength;
  }

  #takeLength(chunk: Uint8Array): Uint8Array {
    const missing = LENGTH_BYTES - this.#length.byteLength;
    if (missing > 0) this.#length = Buffer.concat([this.#length, chunk.subarray(0, missing)]);
    return chunk.subarray(missing);
  }
}

import type { Clock } from '@drydock/core';
import { wholeCharactersLength } from '../utf8-boundary.ts';

/** In base64 it fits into a frame. What waits is never more than this. */
const MAX_PART_BYTES = 256 << 10;
/** At most twenty parts a second where they are small: a chatty command must not flood the events of its job. */
const INTERVAL_MS = 50;

/** Hands output on as it appears, in few and small parts that end with whole characters. */
export class OutputStream {
  readonly #clock: Clock;
  readonly #emit: (bytes: Uint8Array) => void;
  #pending: Uint8Array = Buffer.alloc(0);
  #isScheduled = false;

  constructor(clock: Clock, emit: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  push(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#pending.byteLength >= MAX_PART_BYTES) this.#emitPart(this.#wholeLength());
    if (!this.#isScheduled) void this.#emitLater();
  }

  /** Hands on all that is left. */
  flush(): void {
    while (this.#pending.byteLength > 0) this.#emitPart(MAX_PART_BYTES);
  }

  async #emitLater(): Promise<void> {
    this.#isScheduled = true;
    let length: number;
    // Ends with the output: each round takes a part of it away.
    do {
      await this.#clock.sleep(INTERVAL_MS);
      length = this.#wholeLength();
      this.#emitPart(length);
    } while (length > 0);
    this.#isScheduled = false;
  }

  #wholeLength(): number {
    return wholeCharactersLength(this.#pending.subarray(0, MAX_PART_BYTES));
  }

  #emitPart(length: number): void {
    const part = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(part.byteLength);
    if (part.byteLength > 0) this.#emit(part);
  }
}

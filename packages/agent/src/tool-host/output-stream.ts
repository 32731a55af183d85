import type { Clock } from '@drydock/core';
import { wholeCharactersLength } from '../utf8-boundary.ts';

const MAX_PART_BYTES = 16 << 10;
/** At most twenty parts a second: a chatty command must not flood the events of its job. */
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
    if (!this.#isScheduled) void this.#emitLater();
  }

  /** Hands on all that is left. */
  flush(): void {
    while (this.#pending.byteLength > 0) this.#emitPart(MAX_PART_BYTES);
  }

  async #emitLater(): Promise<void> {
    this.#isScheduled = true;
    let length: number;
    // Bounded by the head half of the output: each round takes a part of it away or waits for its character's rest.
    do {
      await this.#clock.sleep(INTERVAL_MS);
      length = wholeCharactersLength(this.#pending.subarray(0, MAX_PART_BYTES));
      this.#emitPart(length);
    } while (length > 0);
    this.#isScheduled = false;
  }

  #emitPart(length: number): void {
    const part = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(part.byteLength);
    if (part.byteLength > 0) this.#emit(part);
  }
}

import { DrydockError } from '@drydock/core';

const HEADER_BYTES = 8;
const STDOUT = 1;
const STDERR = 2;

export interface StreamSinks {
  readonly stdout: (chunk: Uint8Array) => void;
  readonly stderr: (chunk: Uint8Array) => void;
}

/**
 * Takes the engine's multiplexed stream apart: an 8-byte header (stream, 0, 0, 0, u32 length), then the bytes. Payload
 * is handed on as it comes, so that nothing is held but a piece of a header.
 */
export class Demultiplexer {
  readonly #sinks: StreamSinks;
  #header = new Uint8Array(0);
  #stream = 0;
  #remaining = 0;

  constructor(sinks: StreamSinks) {
    this.#sinks = sinks;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.byteLength > 0) {
      rest = this.#remaining > 0 ? this.#takePayload(rest) : this.#takeHeader(rest);
    }
  }

  #takePayload(chunk: Uint8Array): Uint8Array {
    const payload = chunk.subarray(0, this.#remaining);
    this.#remaining -= payload.byteLength;
    if (this.#stream === STDOUT) this.#sinks.stdout(payload);
    if (this.#stream === STDERR) this.#sinks.stderr(payload);
    return chunk.subarray(payload.byteLength);
  }

  #takeHeader(chunk: Uint8Array): Uint8Array {
    const missing = HEADER_BYTES - this.#header.byteLength;
    this.#header = Buffer.concat([this.#header, chunk.subarray(0, missing)]);
    if (this.#header.byteLength === HEADER_BYTES) {
      const view = new DataView(this.#header.buffer, this.#header.byteOffset, HEADER_BYTES);
      this.#stream = view.getUint8(0);
      if (this.#stream > STDERR) {
        throw new DrydockError('engine_unavailable', {
          message: 'Docker Engine sent a stream without headers.',
        });
      }
      this.#remaining = view.getUint32(4);
      this.#header = new Uint8Array(0);
    }
    return chunk.subarray(missing);
  }
}

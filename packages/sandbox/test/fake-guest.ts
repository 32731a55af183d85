import { FrameDecoder, FrameEncoder } from '@drydock/core';
import { Duplex } from 'node:stream';
import { GuestProcess } from '../src/guest-process.ts';

/** The inside end of a process's streams, as the engine carries them. */
export class FakeGuest {
  readonly process: GuestProcess;
  /** Frames that it was sent. */
  readonly received: unknown[] = [];
  readonly #decoder = new FrameDecoder();
  readonly #encoder = new FrameEncoder();
  readonly #stream: Duplex;

  constructor(onStdout: (chunk: Uint8Array) => void) {
    this.#stream = new Duplex({
      read: () => undefined,
      write: (chunk: Uint8Array, _, done) => {
        this.received.push(...this.#decoder.push(chunk));
        done();
      },
    });
    this.process = new GuestProcess(this.#stream, { onStdout });
  }

  say(frame: object): void {
    this.write(this.#encoder.encode(frame));
  }

  /** In pieces of `pieceBytes`, each with a header of the engine's. */
  write(bytes: Uint8Array, { stderr = false, pieceBytes = bytes.byteLength } = {}): void {
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      const header = Buffer.from([stderr ? 2 : 1, 0, 0, 0, 0, 0, 0, 0]);
      header.writeUInt32BE(piece.byteLength, 4);
      this.#stream.push(Buffer.concat([header, piece]));
    }
  }

  end(): void {
    this.#stream.push(null);
  }
}

/** Lets streams hand on what they have. */
export async function handedOn(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

import { DrydockError } from '@drydock/core';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { Demultiplexer } from './demultiplexer.ts';
import { untilAborted } from './until-aborted.ts';

/** What a guest may leave unread of what it is sent, before it counts as hostile. */
const MAX_UNREAD_BYTES = 16 * 1_024 * 1_024;
const DEFAULT_STDERR_BYTES = 8 * 1_024;
/** Of stderr in all: our programs write a few words there, and reading a flood would cost the worker its time. */
const MAX_STDERR_BYTES = 4 * 1_024 * 1_024;

export interface GuestOutput {
  readonly onStdout: (chunk: Uint8Array) => void;
  /** How much of the end of stderr is kept. Default: 8 KiB. */
  readonly stderrBytes?: number;
}

/**
 * The worker's end of a process in a container. Output is read as fast as it comes, whatever its reader does: a full
 * pipe would stop the container, and the engine with it.
 */
export class GuestProcess {
  /** Resolves when the process's streams are closed, however that came. */
  readonly ended: Promise<void>;
  readonly #stream: Duplex;
  readonly #stderrBytes: number;
  #stderr: Uint8Array = new Uint8Array(0);
  #stderrTotal = 0;
  #failure: Error | undefined;

  constructor(stream: Duplex, output: GuestOutput) {
    this.#stream = stream;
    this.#stderrBytes = output.stderrBytes ?? DEFAULT_STDERR_BYTES;
    const streams = new Demultiplexer({
      stdout: (chunk) => output.onStdout(chunk),
      stderr: (chunk) => this.#keep(chunk),
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    // A connection that the engine cuts is the same to us as a process that ends.
    stream.on('error', (error) => (this.#failure ??= error));
    stream.on('end', () => stream.destroy());
    stream.on('close', () => resolve());
    stream.on('data', (chunk: Uint8Array) => {
      try {
        streams.push(chunk);
      } catch (error) {
        stream.destroy(error instanceof Error ? error : undefined);
      }
    });
  }

  /** Why the streams ended, when it was an error: what a reader of stdout threw, or the connection's. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The last of what it wrote to stderr, lossy. */
  get stderr(): string {
    return new TextDecoder().decode(this.#stderr);
  }

  /** Throws `protocol_error` when the process reads nothing. Writing to one that ended does nothing. */
  write(bytes: Uint8Array): void {
    if (this.#stream.writableLength > MAX_UNREAD_BYTES) {
      throw new DrydockError('protocol_error', { message: 'The process does not read what it is sent.' });
    }
    if (this.#stream.writable) this.#stream.write(bytes);
  }

  /** Writes as fast as the process reads. Ends early, and without a word, where the process does. */
  async send(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const ended = this.ended.then(() => 'ended' as const);
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      if (!this.#stream.writable) return;
      if (this.#stream.write(chunk)) continue;
      const drained = once(this.#stream, 'drain', { signal }).then(() => 'drained' as const);
      // Nobody waits any more for a drain that comes with the end.
      drained.catch(() => undefined);
      if ((await Promise.race([drained, ended])) === 'ended') return;
    }
  }

  /** Writes all of it as fast as the process reads, then the end of its stdin. A process that ends is not written to. */
  async writeAll(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      if (!this.#stream.writable) return;
      if (!this.#stream.write(chunk)) await untilAborted(Promise.race([this.#drained(), this.ended]), signal);
    }
    this.closeInput();
  }

  /** End of its stdin. */
  closeInput(): void {
    this.#stream.end();
  }

  /** Cuts the connection. A container's main process sees the end of its stdin; an exec may go on unseen. */
  disconnect(): void {
    this.#stream.destroy();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => this.#stream.once('drain', () => resolve()));
  }

  #keep(chunk: Uint8Array): void {
    this.#stderrTotal += chunk.byteLength;
    if (this.#stderrTotal > MAX_STDERR_BYTES) {
      throw new DrydockError('protocol_error', { message: 'The process floods its stderr.' });
    }
    this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-this.#stderrBytes);
  }
}

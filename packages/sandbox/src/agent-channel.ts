import { AGENT_PROTOCOL_VERSION, AgentFrame, type WorkerFrame } from '@drydock/contracts';
import { DrydockError, FrameEncoder } from '@drydock/core';
import { createFrameReader } from './frame-reader.ts';
import type { GuestProcess } from './guest-process.ts';
import { untilAborted } from './until-aborted.ts';

/** Frames that wait to be taken; an honest agent waits for answers long before. */
const MAX_WAITING_FRAMES = 256;
const MAX_WAITING_BYTES = 8 * 1_024 * 1_024;

/** The conversation with an agent process. Whatever it does wrong ends it, and reading never waits for a reader. */
export class AgentChannel {
  /** Resolves when the agent said that it is ready; rejects when it ends or misbehaves before. */
  readonly ready: Promise<void>;
  readonly #encoder = new FrameEncoder();
  readonly #read: (chunk: Uint8Array) => void;
  readonly #onViolation: () => void;
  readonly #waiting: AgentFrame[] = [];
  #waitingBytes = 0;
  #process: GuestProcess | undefined;
  readonly #isReady = Promise.withResolvers<void>();
  #isGreeted = false;
  #changed = Promise.withResolvers<void>();
  #failure: Error | undefined;
  #ended = false;

  /** `onViolation` is called once, when the agent broke the protocol. */
  constructor(onViolation: () => void) {
    this.#onViolation = onViolation;
    this.#read = createFrameReader(AgentFrame, (frame) => this.#take(frame));
    this.ready = this.#isReady.promise;
    // Whoever waits for it sees the rejection; while nobody does, it is not an unhandled one.
    this.ready.catch(() => undefined);
  }

  /** For the process's stdout. */
  readonly push = (chunk: Uint8Array): void => {
    if (this.#failure !== undefined) return;
    this.#waitingBytes += chunk.byteLength;
    try {
      this.#read(chunk);
    } catch (error) {
      this.#fail(error);
    }
  };

  connect(process: GuestProcess): void {
    this.#process = process;
    void process.ended.then(() => this.#end(process));
  }

  /** Throws `protocol_error` when the frame is too large or the agent reads nothing. */
  send(frame: WorkerFrame): void {
    this.#process?.write(this.#encoder.encode(frame));
  }

  /** What the agent asks for, in order; ends with the process, throws `protocol_error` where it broke the rules. */
  async *frames(signal: AbortSignal): AsyncGenerator<AgentFrame, void, undefined> {
    for (;;) {
      signal.throwIfAborted();
      const frame = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#waitingBytes = 0;
      if (frame !== undefined) yield frame;
      else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#ended) return;
      else await untilAborted(this.#changed.promise, signal);
    }
  }

  #take(frame: AgentFrame): void {
    if (frame.type === 'ready') {
      if (this.#isGreeted) throw violation('It said ready twice.');
      this.#isGreeted = true;
      if (frame.body.protocol !== AGENT_PROTOCOL_VERSION) throw violation('It speaks another version.');
      this.#isReady.resolve();
      return;
    }
    this.#waiting.push(frame);
    if (this.#waiting.length > MAX_WAITING_FRAMES || this.#waitingBytes > MAX_WAITING_BYTES) {
      throw violation('It sends more than anybody can take.');
    }
    this.#wake();
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error instanceof Error ? error : violation(String(error));
    this.#isReady.reject(this.#failure);
    this.#wake();
    this.#onViolation();
  }

  #end(process: GuestProcess): void {
    const { failure } = process;
    // Cut off by us, for what it did; a connection that the engine lost is an end like any other.
    if (failure instanceof DrydockError && failure.code === 'protocol_error') return this.#fail(failure);
    this.#ended = true;
    const detail = process.stderr.trim();
    this.#isReady.reject(
      new DrydockError('sandbox_lost', {
        message: `The agent process ended${detail === '' ? '.' : `: ${detail}`}`,
      }),
    );
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function violation(message: string): DrydockError {
  return new DrydockError('protocol_error', { message: `The agent process broke the protocol. ${message}` });
}

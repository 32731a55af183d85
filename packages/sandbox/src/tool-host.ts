import { AGENT_PROTOCOL_VERSION, ToolHostResponse, type ToolHostRequest } from '@drydock/contracts';
import { DrydockError, FrameEncoder } from '@drydock/core';
import { createFrameReader } from './frame-reader.ts';
import type { GuestProcess } from './guest-process.ts';

/** JSON and base64 around what is sent; a frame holds 1 MiB. */
const MAX_REQUEST_BYTES = 1_000_000;
const MAX_WORDS = 500;

/** How a tool host came to its end: its process ended, or it does not answer and is given up. */
export type Loss = 'ended' | 'silent';

/** How a request ended. `died`: the tool host did. */
export type Answer =
  | Exclude<ToolHostResponse, { type: 'ready' | 'output' | 'ended' }>
  | { readonly type: 'died'; readonly how: Loss };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type ToolHostAsk = DistributiveOmit<ToolHostRequest, 'id'>;

export interface PendingCall {
  readonly id: number;
  readonly answer: Promise<Answer>;
}

export type Ended = Extract<ToolHostResponse, { type: 'ended' }>['body'];

/** Who is told of a command while it runs, whether or not somebody waits for an answer about it. */
export interface CommandListener {
  readonly onOutput: (chunk: Uint8Array) => void;
  /** Called once, at its end; without a body where the tool host died. */
  readonly onEnded: (end: Ended | undefined) => void;
}

/** One life of a tool host: requests are numbered, answers come in any order, its end answers them all. */
export class ToolHost {
  readonly ready: Promise<void>;
  readonly #encoder = new FrameEncoder();
  readonly #waiters = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Map<number, CommandListener>();
  readonly #read: (chunk: Uint8Array) => void;
  readonly #onViolation: (error: Error) => void;
  readonly #isReady = Promise.withResolvers<void>();
  #process: GuestProcess | undefined;
  #loss: Loss | undefined;
  #isGreeted = false;
  #lastId = 0;

  constructor(onViolation: (error: Error) => void) {
    this.#onViolation = onViolation;
    this.#read = createFrameReader(ToolHostResponse, (frame) => this.#take(frame));
    this.ready = this.#isReady.promise;
    this.ready.catch(() => undefined);
  }

  get isAlive(): boolean {
    return this.#loss === undefined;
  }

  readonly push = (chunk: Uint8Array): void => {
    if (!this.isAlive) return;
    try {
      this.#read(chunk);
    } catch (error) {
      if (this.#isGreeted) this.#onViolation(error instanceof Error ? error : new Error(String(error)));
      // Before it is ready nobody else has seen it: those are the engine's words about why it could not be started.
      this.abandon('ended', this.#isGreeted ? undefined : new TextDecoder().decode(chunk));
    }
  };

  connect(process: GuestProcess): void {
    this.#process = process;
    if (!this.isAlive) process.disconnect();
    void process.ended.then(() => this.abandon('ended'));
  }

  call(ask: ToolHostAsk, listener?: CommandListener): PendingCall {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    if (this.#loss !== undefined) return { id, answer: Promise.resolve({ type: 'died', how: this.#loss }) };
    if (JSON.stringify(ask).length > MAX_REQUEST_BYTES) {
      const message = 'The request is larger than 1 MB.';
      resolve({ type: 'failed', id, body: { reason: 'bad_request', message } });
      return { id, answer: promise };
    }
    this.#waiters.set(id, resolve);
    if (listener !== undefined) this.#listeners.set(id, listener);
    this.#process?.write(this.#encoder.encode({ ...ask, id }));
    return { id, answer: promise };
  }

  /** Gives it up: pending calls are answered `died`, whatever still comes is not read. */
  abandon(how: Loss, words = this.#process?.stderr ?? ''): void {
    if (!this.isAlive) return;
    this.#loss = how;
    const detail = words.trim().slice(-MAX_WORDS);
    this.#isReady.reject(
      new DrydockError('sandbox_lost', {
        message: `The tool host ended${detail === '' ? '.' : `: ${detail}`}`,
      }),
    );
    for (const { onEnded } of this.#listeners.values()) onEnded(undefined);
    for (const resolve of this.#waiters.values()) resolve({ type: 'died', how });
    this.#listeners.clear();
    this.#waiters.clear();
    this.#process?.disconnect();
  }

  #take(frame: ToolHostResponse): void {
    if (frame.type === 'ready') {
      if (frame.body.protocol !== AGENT_PROTOCOL_VERSION) throw violation('It speaks another version.');
      this.#isGreeted = true;
      this.#isReady.resolve();
      return;
    }
    if (frame.type === 'output') this.#listenerOf(frame.id).onOutput(Buffer.from(frame.body.data, 'base64'));
    else if (frame.type === 'ended') this.#end(frame.id, frame.body);
    else this.#answer(frame);
  }

  #answer(frame: Exclude<Answer, { type: 'died' }>): void {
    const resolve = this.#waiters.get(frame.id);
    if (resolve === undefined) throw violation('It answers what nobody asked.');
    this.#waiters.delete(frame.id);
    // A command that was waited for to its end, or never ran: nothing more comes of it.
    if (frame.type === 'exited' && this.#listeners.has(frame.id)) this.#end(frame.id, frame.body);
    if (frame.type === 'failed') this.#listeners.delete(frame.id);
    resolve(frame);
  }

  #end(id: number, end: Ended): void {
    const { onEnded } = this.#listenerOf(id);
    this.#listeners.delete(id);
    onEnded(end);
  }

  #listenerOf(id: number): CommandListener {
    const listener = this.#listeners.get(id);
    if (listener === undefined) throw violation('It speaks of a command that does not run.');
    return listener;
  }
}

function violation(message: string): DrydockError {
  return new DrydockError('protocol_error', { message: `The tool host broke the protocol. ${message}` });
}

import type { Clock } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import { withDeadline } from './deadline.ts';

/** Of Podman 4.0: later ones answer it too. */
const BASE = '/v4.0.0/libpod';

export interface LibpodCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
}

/**
 * Podman's own API, for what its compatible one leaves out: limits of a process, volumes of memory, taking an image's
 * variables away. Errors are those of `DockerEngine`.
 */
export class LibpodApi {
  readonly #socketPath: string;
  readonly #clock: Clock;

  constructor(socketPath: string, clock: Clock) {
    this.#socketPath = socketPath;
    this.#clock = clock;
  }

  /** The answer, which is the engine's: believed as far as its type goes. Undefined where it has no content. */
  async call<T>(call: LibpodCall): Promise<T> {
    const { timeoutMs } = call;
    let answer: { readonly status: number; readonly body: unknown };
    try {
      answer = await withDeadline({ clock: this.#clock, timeoutMs }, (signal) => this.#send(call, signal));
    } catch (cause) {
      throw new DrydockError('engine_unavailable', { message: `Podman, ${call.path}`, cause });
    }
    if (answer.status < 300) return answer.body as T;
    const { message } = { message: '', ...(answer.body as { message?: string } | undefined) };
    throw new DrydockError('internal_error', {
      message: `Podman, ${call.path}: ${message.slice(0, 500)}`,
      details: { status: answer.status },
    });
  }

  /** A two-way stream. What comes after the deadline is closed: nobody would read it. */
  async open(path: string, timeoutMs: number): Promise<Duplex> {
    try {
      return await withDeadline({ clock: this.#clock, timeoutMs }, (signal) => this.#upgrade(path, signal));
    } catch (cause) {
      throw new DrydockError('engine_unavailable', { message: `Podman, ${path}`, cause });
    }
  }

  async #upgrade(path: string, signal: AbortSignal): Promise<Duplex> {
    const headers = { connection: 'Upgrade', upgrade: 'tcp', 'content-length': '0' };
    const own = { socketPath: this.#socketPath, method: 'POST', path: `${BASE}${path}`, headers };
    const sent = request(own).end();
    sent.once('response', (response) => sent.destroy(new Error(`HTTP ${response.statusCode}`)));
    const cut = () => sent.destroy(new Error('cut'));
    signal.addEventListener('abort', cut, { once: true });
    try {
      const [, socket, head] = (await once(sent, 'upgrade')) as [IncomingMessage, Duplex, Buffer];
      if (head.length > 0) socket.unshift(head);
      return socket;
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }

  async #send({ method, path, body }: LibpodCall, signal: AbortSignal) {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ socketPath: this.#socketPath, method, path: `${BASE}${path}`, headers, signal });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const status = response.statusCode ?? 500;
    if (status === 204 || response.headers['content-length'] === '0') {
      response.resume();
      return { status, body: undefined };
    }
    return { status, body: await json(response) };
  }
}

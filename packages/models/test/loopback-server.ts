import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

export type Reply = (response: ServerResponse) => void;

/** A model server on loopback that plays replies in order, the last one again and again. */
export class LoopbackServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #replies: readonly Reply[];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(replies: readonly Reply[]) {
    this.#replies = replies;
  }

  static async start(...replies: readonly Reply[]): Promise<LoopbackServer> {
    const server = new LoopbackServer(replies);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as Record<string, unknown>;
    this.seen.push({ path: request.url, headers: request.headers, body });
    this.#replies[Math.min(this.seen.length, this.#replies.length) - 1]?.(response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Starts a stream, sends events and leaves it open. */
export const streamOpen =
  (...events: readonly object[]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) response.write(toSse(event));
  };

/** Sends events and ends the stream. */
export const stream =
  (...events: readonly object[]): Reply =>
  (response) => {
    streamOpen(...events)(response);
    response.end();
  };

/** Sends events and cuts the connection. */
export const streamCut =
  (...events: readonly object[]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.map(toSse).join(''), () => response.destroy());
  };

/** An error in the form of the API. */
export const refuse =
  (status: number, error: object, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error }));
  };

const toSse = (event: object): string =>
  `event: ${'type' in event ? String(event.type) : 'message'}\ndata: ${JSON.stringify(event)}\n\n`;

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { WireEvent } from './response-events.ts';
import type { WireError } from './wire-error.ts';
import { toErrorBody } from './wire-error.ts';

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** One HTTP exchange. Everything it answers carries the header that says it is scripted. */
export class Exchange {
  readonly method: string;
  readonly path: string;
  readonly #body: AsyncIterable<Buffer>;
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();
  #sequence = 0;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.method = request.method ?? 'GET';
    this.path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    this.#body = request;
    this.#response = response;
    this.sayScripted('true');
    response.once('close', () => this.#gone.abort());
  }

  /** Aborts when the client has gone or the answer is complete. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Names the transcript in the header of the answer. */
  sayScripted(name: string): void {
    this.#response.setHeader('x-drydock-scripted', name);
  }

  /** The whole body, or why it is not taken. One that is too large is read to its end, so that the refusal arrives. */
  async readBody(): Promise<string | WireError> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#body) {
      bytes += chunk.byteLength;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    }
    if (bytes <= MAX_BODY_BYTES) return Buffer.concat(chunks).toString('utf8');
    const message = `The body is larger than ${MAX_BODY_BYTES} bytes.`;
    return { status: 413, code: 'invalid_request', message };
  }

  sendJson(body: object, status = 200): void {
    this.#response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  sendError(error: WireError): void {
    this.sendJson(toErrorBody(error), error.status);
  }

  /** Sets a header of the answer. */
  setHeader(name: string, value: string): void {
    this.#response.setHeader(name, value);
  }

  /** Sends events as they come, numbered, no faster than the client reads. */
  async sendEvents(events: Iterable<WireEvent>): Promise<void> {
    for (const event of events) {
      const data = JSON.stringify({ ...event, sequence_number: this.#sequence });
      this.#sequence += 1;
      await this.#write(`event: ${event.type}\ndata: ${data}\n\n`);
    }
  }

  /** Sends chunks of a chat completion, which have no names and no numbers. */
  async sendChunks(
    chunks: Iterable<ChatCompletionChunk | { readonly error: object } | '[DONE]'>,
  ): Promise<void> {
    for (const chunk of chunks) {
      await this.#write(`data: ${chunk === '[DONE]' ? chunk : JSON.stringify(chunk)}\n\n`);
    }
  }

  /** Cuts the connection, after what was sent. */
  async cut(): Promise<void> {
    await new Promise((resolve) => this.#response.write(': cut\n\n', resolve));
    this.#response.destroy();
  }

  async #write(text: string): Promise<void> {
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    }
    if (!this.#response.write(text)) await once(this.#response, 'drain', { signal: this.signal });
  }

  end(): void {
    this.#response.end();
  }
}

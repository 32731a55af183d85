import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerBrokenRequest } from './answer-broken-request.ts';

/** A client that does not finish its request in time is cut: it costs a socket, not a worker. */
const OPTIONS = {
  headersTimeout: 10_000,
  /** For the largest upload over a slow line; JSON bodies (jsonBody) and stalled uploads (postUpload) end sooner. */
  requestTimeout: 600_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16_384,
  /** Finds clients of event streams that vanished without a word. */
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
};
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 2_000;

export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(OPTIONS, listener);
  const answers = new WeakMap<Socket, ServerResponse>();
  server.on('request', (request, response) => {
    answers.set(request.socket, response);
    // A connection whose last request ends after close() would otherwise stay for its whole keep-alive.
    response.once('finish', () => server.listening || request.socket.end());
  });
  server.on('clientError', (error, socket: Socket) => {
    // Into the middle of another answer nothing can be said.
    const answer = answers.get(socket);
    if (answer?.headersSent && !answer.writableFinished) return void socket.destroy();
    answerBrokenRequest(error, socket);
  });
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** Takes no new connection, lets requests under way end, and resolves when the last connection is closed. */
export function closeHttpServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  return promise;
}

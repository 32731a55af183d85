import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { EgressLine } from './egress-line.ts';
import { findRequestFault } from './find-request-fault.ts';
import { HTTP_LIMITS } from './http-limits.ts';
import { formatRefusal, refuseSocket } from './refuse.ts';
import { servePlain } from './serve-plain.ts';
import { serveTunnel } from './serve-tunnel.ts';

/** The HTTP proxy of one line. It serves one request per connection: what is sent behind it is refused with it. */
export function createProxyServer(line: EgressLine, maxConnections: number): Server {
  const server = createServer(HTTP_LIMITS);
  const connections = new WeakMap<Socket, AbortController>();
  server.maxConnections = maxConnections;
  server.on('connection', (socket) => line.adopt(socket));
  server.on('drop', () => {
    const detail = `${maxConnections} connections`;
    line.tellRefused({ target: '', method: '' }, { reason: 'egress_quota', detail });
  });

  /** The signal of the connection's one request; undefined where there is something wrong with it, which was answered. */
  const begin = (request: IncomingMessage, socket: Socket): AbortSignal | undefined => {
    const before = connections.get(socket);
    const fault = before === undefined ? findRequestFault(request) : 'more than one request';
    if (fault === undefined) {
      const ended = new AbortController();
      connections.set(socket, ended);
      socket.once('close', () => ended.abort(new Error('the sandbox hung up')));
      return AbortSignal.any([line.signal, ended.signal]);
    }
    before?.abort(new Error(fault));
    const asked = { target: request.url ?? '', method: request.method ?? '' };
    line.tellRefused(asked, { reason: 'bad_request', detail: fault });
    refuseSocket(socket, { reason: 'bad_request', detail: fault });
    return undefined;
  };

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const signal = begin(request, request.socket);
    if (signal !== undefined) void servePlain(line, { request, response }, signal);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const signal = begin(request, socket);
    if (signal !== undefined) void serveTunnel(line, { request, socket, head }, signal);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Hung up before it said anything.
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    connections.get(socket)?.abort(error);
    line.tellRefused({ target: '', method: '' }, { reason: 'bad_request', detail: error.code });
    socket.end(formatRefusal({ reason: 'bad_request', detail: error.code }));
  });
  return server;
}

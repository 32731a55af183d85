import { parseEgressAuthority } from '@drydock/core';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
import { dial } from './dial.ts';
import type { Admission, EgressLine } from './egress-line.ts';
import { findRequestFault } from './find-request-fault.ts';
import { HTTP_LIMITS } from './http-limits.ts';
import { namesAuthority } from './names-authority.ts';
import { peekClientHello } from './peek-client-hello.ts';
import { refuseResponse, refuseSocket, type Refusal } from './refuse.ts';
import { serveInside } from './serve-inside.ts';

interface Tunnel {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What was sent behind the request already. */
  readonly head: Buffer;
}

const METHOD = 'CONNECT';
const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** Serves CONNECT. Never rejects; the connection is closed when it resolves. */
export async function serveTunnel(line: EgressLine, tunnel: Tunnel, signal: AbortSignal): Promise<void> {
  const { request, socket } = tunnel;
  const asked = request.url ?? '';
  const refuse = (refusal: Refusal, target = asked) => {
    line.tellRefused({ target, method: METHOD }, refusal);
    refuseSocket(socket, refusal);
  };
  const authority = parseEgressAuthority(asked);
  if (typeof authority === 'string') return refuse({ reason: authority });
  const { host: named = asked } = request.headers;
  if (!namesAuthority(named, authority)) {
    return refuse({ reason: 'bad_host', detail: 'host and target differ' });
  }
  const target = `${authority.host}:${authority.port}`;
  const admission = await line.admit({ ...authority, method: METHOD }, signal);
  if (signal.aborted) return;
  if (admission.verdict === 'deny') return refuse(admission, target);
  try {
    if (admission.grant.inject === undefined) await connectThrough(line, { ...tunnel, admission });
    else await readInside(line, { ...tunnel, admission });
  } catch {
    // Ended, cut or over quota: whoever did that has told it.
    socket.destroy();
  }
}

interface Admitted extends Tunnel {
  readonly admission: Admission;
}

/** Bytes go both ways, once the first of them have shown where they really want to go. */
async function connectThrough(line: EgressLine, { socket, head, admission }: Admitted): Promise<void> {
  const { target, route, raw, ended } = admission;
  const upstream = await dial(target, { route, network: line.services.network }, ended).catch(
    () => undefined,
  );
  if (upstream === undefined) {
    line.tellRefused(describe(admission), { reason: 'unreachable' });
    return refuseSocket(socket, { reason: 'unreachable' });
  }
  upstream.on('error', () => socket.destroy());
  try {
    socket.write(ESTABLISHED);
    const first = raw ? head : await confirmHello(line, { socket, head, admission });
    if (first === undefined) return;
    line.tellAllowed(admission);
    await Promise.all([
      pipeline(() => readAfter(first, socket), line.quota.meter('up'), upstream, { signal: ended }),
      pipeline(upstream, line.quota.meter('down'), socket, { signal: ended }),
    ]);
  } finally {
    upstream.destroy();
    socket.destroy();
  }
}

/** All that the sandbox sends. It may have said its last word before anybody listened. */
async function* readAfter(first: Buffer, socket: Socket): AsyncIterable<Buffer> {
  if (first.length > 0) yield first;
  // Not destroyed by its end: the answer goes back on it.
  if (!socket.readableEnded) yield* socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** Ends the sandbox's TLS here, under the job's own authority, to read the requests in it. */
async function readInside(line: EgressLine, { socket, head, admission }: Admitted): Promise<void> {
  socket.write(ESTABLISHED);
  const hello = await confirmHello(line, { socket, head, admission });
  if (hello === undefined) return void socket.destroy();
  line.tellAllowed(admission);
  const secureContext = await line.authority.contextFor(admission.target.host);
  socket.unshift(hello);
  const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
  const isCut = (): void => void socket.destroy();
  secured.on('error', isCut);
  secured.on('close', isCut);
  // A server without a port watches no clock: the head of the one request has to come in time.
  const inTime = AbortSignal.any([admission.ended, AbortSignal.timeout(HTTP_LIMITS.headersTimeout)]);
  inTime.addEventListener('abort', isCut);
  let isAsked = false;
  const server = createServer(HTTP_LIMITS, (request: IncomingMessage, response: ServerResponse) => {
    const fault = isAsked ? 'more than one request' : findRequestFault(request);
    isAsked = true;
    inTime.removeEventListener('abort', isCut);
    if (fault === undefined) return void serveInside(line, { request, response, admission });
    line.tellRefused(describe(admission), { reason: 'bad_request', detail: fault });
    refuseResponse(response, { reason: 'bad_request', detail: fault });
    socket.destroySoon();
  });
  server.emit('connection', secured);
}

/** The bytes of the hello; undefined, and told, where it is none or names another host. */
async function confirmHello(
  line: EgressLine,
  { socket, head, admission }: Pick<Admitted, 'socket' | 'head' | 'admission'>,
): Promise<Buffer | undefined> {
  const { bytes, fault } = await peekClientHello(
    socket,
    { host: admission.target.host, head },
    admission.ended,
  );
  if (fault === undefined) return bytes;
  line.tellRefused(describe(admission), { reason: fault });
  return undefined;
}

function describe({ target: { host, port } }: Admission) {
  return { target: `${host}:${port}`, method: METHOD };
}

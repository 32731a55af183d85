import { once } from 'node:events';
import { request as startRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Admission, EgressLine } from './egress-line.ts';
import { forwardHeaders } from './forward-headers.ts';
import { refuseResponse } from './refuse.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Forwarded extends Exchange {
  readonly admission: Admission;
  readonly path: string;
  readonly connect: () => Promise<Socket>;
}

/**
 * Sends a request on and its answer back, whatever it says: a redirect is the client's to ask for. Never rejects; the
 * connections are closed when it resolves.
 */
export async function forwardExchange(line: EgressLine, exchange: Forwarded): Promise<void> {
  const { request, response, admission, connect } = exchange;
  const { host, port, method } = admission.target;
  line.tellAllowed(admission);
  try {
    using socket = owned(await connect());
    await pass(line, exchange, socket.value);
  } catch {
    // Which of its addresses failed how is nobody's business inside.
    if (response.headersSent || admission.ended.aborted || request.socket.destroyed) {
      response.destroy();
      return;
    }
    line.tellRefused({ target: `${host}:${port}`, method }, { reason: 'unreachable' });
    refuseResponse(response, { reason: 'unreachable' });
  }
}

async function pass(line: EgressLine, exchange: Forwarded, socket: Socket): Promise<void> {
  const { request, response, admission, path } = exchange;
  const { inject } = admission.grant;
  const signal = admission.ended;
  const [drop, added] = inject === undefined ? [[], []] : [[inject.header], [inject.header, inject.secret]];
  const upstream = startRequest({
    createConnection: () => socket,
    method: request.method,
    path,
    headers: [...forwardHeaders(request.rawHeaders, drop), ...added],
    setHost: false,
    signal,
  });
  const answered = once(upstream, 'response', { signal }) as Promise<[IncomingMessage]>;
  const sent = pipeline(request, line.quota.meter('up'), upstream, { signal });
  // A server may answer before it has read all; the body is then of no use. Other failures are the answer's too.
  sent.catch(() => undefined);
  const [answer] = await answered;
  const headers = [...forwardHeaders(answer.rawHeaders), 'Connection', 'close'];
  response.writeHead(answer.statusCode ?? 502, headers);
  await pipeline(answer, line.quota.meter('down'), response, { signal });
}

function owned(value: Socket): Disposable & { readonly value: Socket } {
  return { value, [Symbol.dispose]: () => void value.destroy() };
}

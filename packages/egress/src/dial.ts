import type { EgressTarget } from '@drydock/core';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates, type TLSSocket } from 'node:tls';
import type { Network, Route } from './network.ts';
import type { UpstreamProxy } from './upstream-proxy.ts';

const DIAL_TIMEOUT_MS = 10_000;

type Endpoint = Pick<EgressTarget, 'host' | 'port'>;

/** Connects to the checked addresses, in order, or through the proxy. Throws where none answers within 10 s. */
export async function dial(
  { host, port }: Endpoint,
  { route, network }: { readonly route: Route; readonly network: Network },
  signal: AbortSignal,
): Promise<Socket> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
  if (route.kind === 'proxy') return dialThrough(route.proxy, { host, port, network }, inTime);
  const failures: unknown[] = [];
  for (const address of route.addresses) {
    try {
      return await dialAddress(address, port, inTime);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'no address answers');
}

/** Makes a connection a TLS one, with the host's certificate checked as any client would. */
export async function startTls(
  socket: Socket,
  { host, network }: { readonly host: string; readonly network: Network },
  signal: AbortSignal,
): Promise<TLSSocket> {
  const name = isIP(host) === 0 ? { servername: host } : { host };
  const secured = connectTls({ socket, ca: trusted(network), ALPNProtocols: ['http/1.1'], ...name });
  try {
    await once(secured, 'secureConnect', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]),
    });
    return secured;
  } catch (error) {
    secured.destroy();
    throw error;
  }
}

async function dialAddress(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function dialThrough(
  proxy: UpstreamProxy,
  { host, port, network }: Endpoint & { readonly network: Network },
  signal: AbortSignal,
): Promise<Socket> {
  const target = `${host}:${port}`;
  const authorization = proxy.authorization?.();
  const asking = (proxy.isTls ? httpsRequest : httpRequest)({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: target,
    agent: false,
    signal,
    headers: {
      host: target,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
    ...(proxy.isTls ? { ca: trusted(network) } : {}),
  });
  asking.end();
  const answered = Promise.withResolvers<Socket>();
  asking.once('error', answered.reject);
  asking.once('response', ({ statusCode }: IncomingMessage) => {
    asking.destroy();
    answered.reject(new Error(`the upstream proxy answers ${statusCode}`));
  });
  asking.once('connect', ({ statusCode }: IncomingMessage, socket: Socket, head: Buffer) => {
    if (statusCode !== 200) {
      socket.destroy();
      return answered.reject(new Error(`the upstream proxy answers ${statusCode}`));
    }
    if (head.length > 0) socket.unshift(head);
    answered.resolve(socket);
  });
  return answered.promise;
}

function trusted({ extraCa }: Network): string[] {
  return extraCa === undefined ? [...rootCertificates] : [...rootCertificates, extraCa];
}

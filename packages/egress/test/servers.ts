import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { systemClock } from '@drydock/service-kit';
import { JobAuthority } from '../src/job-authority.ts';

/** A server on loopback with the number of connections that it was dialled with. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly dials: () => number;
}

export function serveHttp(listener: RequestListener): Promise<TestServer> {
  return started(createHttp(listener));
}

export function serveTcp(listener: (socket: Socket) => void): Promise<TestServer> {
  return started(createTcp({ allowHalfOpen: true }, listener));
}

/** HTTPS for one host, under an authority of its own: `ca` is to be trusted. */
export async function serveTls(
  host: string,
  listener: RequestListener,
): Promise<TestServer & { readonly ca: string }> {
  const authority = await JobAuthority.create(systemClock);
  const context = await authority.contextFor(host);
  const server = await started(createHttps({ SNICallback: (_, done) => done(null, context) }, listener));
  return Object.assign(server, { ca: authority.certificate });
}

async function started(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let dials = 0;
  server.on('connection', (socket: Socket) => {
    dials += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dials: () => dials,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

import { EGRESS_PROXY_PORT } from '@drydock/contracts';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { EGRESS_SOCKET } from './paths.ts';

/** More than the gateway allows a job: what is beyond is refused there, and told. */
const MAX_CONNECTIONS = 300;
const UNAVAILABLE =
  'HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n' +
  'drydock egress: this sandbox has no network, or its gateway is being restarted\n';

interface Ends {
  readonly port: number;
  readonly socketPath: string;
}

/**
 * Offers the sandbox's egress socket as an HTTP proxy on loopback, where every tool can find one. It passes bytes and
 * knows nothing: what may be reached is decided at the other end. Where there is no socket, that is the answer.
 */
export function startEgressForwarder(
  ends: Ends = { port: EGRESS_PROXY_PORT, socketPath: EGRESS_SOCKET },
): Server {
  const server = createServer({ allowHalfOpen: true }, (client) => forward(client, ends.socketPath));
  server.maxConnections = MAX_CONNECTIONS;
  // Without loopback nothing inside can ask; the agent's own work needs none.
  server.on('error', (error) => process.stderr.write(`drydock: no egress: ${error.message}\n`));
  server.listen(ends.port, '127.0.0.1');
  return server;
}

function forward(client: Socket, socketPath: string): void {
  const gateway = connect({ path: socketPath, allowHalfOpen: true });
  let isConnected = false;
  gateway.once('connect', () => (isConnected = true));
  gateway.on('error', () => {
    if (isConnected) client.destroy();
    else client.end(UNAVAILABLE);
  });
  client.on('error', () => gateway.destroy());
  client.once('close', () => gateway.destroy());
  // A line that is cut must not look like one that ended well.
  gateway.once('close', () => client.destroySoon());
  client.pipe(gateway);
  gateway.pipe(client);
}

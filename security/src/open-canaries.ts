import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Canaries } from './security-case.ts';

export interface OpenCanaries extends Canaries, AsyncDisposable {}

/** Listeners on loopback and on unix sockets that a contained guest never reaches. */
export async function openCanaries(): Promise<OpenCanaries> {
  const dir = await mkdtemp(join(tmpdir(), 'drydock-canary-'));
  const abstractName = `drydock-canary-${randomBytes(8).toString('hex')}`;
  const servers = await Promise.all([
    listen({ host: '127.0.0.1', port: 0 }),
    listen({ path: join(dir, 'canary.sock') }),
    listen({ path: `\0${abstractName}` }),
  ]);
  await chmod(dir, 0o777);
  await chmod(join(dir, 'canary.sock'), 0o666);
  const address = servers[0].address();
  return {
    dir,
    abstractName,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function listen(options: ListenOptions): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(options);
  await once(server, 'listening');
  return server;
}

import { once } from 'node:events';
import type { Redis } from 'ioredis';

const END_TIMEOUT_MS = 2_000;
const WITH_SOCKET: ReadonlySet<string> = new Set(['connecting', 'connect', 'ready']);

/** Disconnects a client for good and waits until its socket is gone. */
export async function endClient(client: Redis): Promise<void> {
  // Between two attempts to reconnect there is no socket, and ioredis will not say that it has ended.
  const ended = WITH_SOCKET.has(client.status)
    ? once(client, 'end', { signal: AbortSignal.timeout(END_TIMEOUT_MS) })
    : undefined;
  client.disconnect();
  await ended;
}

import type { LoopbackAnswer, LoopbackQuery } from '@drydock/contracts';
import type { Clock } from '@drydock/core';
import { once } from 'node:events';
import { connect } from 'node:net';
import { probeServer } from './probe-server.ts';

const PAUSE_MS = 50;
/** A server that takes a connection and says nothing must not use up all the time. */
const TRY_SECONDS = 2;

/** Tries again and again until the server is ready or the time is over. */
export async function waitForServer(
  { port, path, timeoutMs }: Extract<LoopbackQuery, { type: 'wait' }>,
  clock: Clock,
): Promise<LoopbackAnswer> {
  const endsAt = clock.now() + timeoutMs;
  for (;;) {
    const { isReady, seen } = await (path === undefined ? tryPort(port) : tryPath(port, path, clock));
    if (isReady || clock.now() >= endsAt) return { type: 'wait', isReady, seen: seen.slice(0, 300) };
    await clock.sleep(PAUSE_MS);
  }
}

interface Seen {
  readonly isReady: boolean;
  readonly seen: string;
}

async function tryPort(port: number): Promise<Seen> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TRY_SECONDS * 1_000) });
    return { isReady: true, seen: `port ${port} is open` };
  } catch (error) {
    return { isReady: false, seen: error instanceof Error ? error.message : String(error) };
  } finally {
    socket.destroy();
  }
}

async function tryPath(port: number, path: string, clock: Pick<Clock, 'now'>): Promise<Seen> {
  const query = {
    type: 'probe',
    port,
    path,
    method: 'GET',
    headers: {},
    timeout_seconds: TRY_SECONDS,
  } as const;
  const answer = await probeServer(query, clock);
  if (answer.type !== 'probe')
    return { isReady: false, seen: answer.type === 'refused' ? answer.message : '' };
  return { isReady: answer.status < 500, seen: `GET ${path}: HTTP ${answer.status}` };
}

import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { redisServerArguments } from '@drydock/queue';
import { systemClock } from '@drydock/service-kit';
import type { ChildService, ServiceDefinition } from './child-service.ts';
import type { DataDir } from './data-dir.ts';
import type { ServiceContext } from './services.ts';
import { StartError } from './start-error.ts';

/** 30 s in all: what is on disk is read first. */
const START_ATTEMPTS = 1_500;
const START_INTERVAL_MS = 20;
const PING_TIMEOUT_MS = 1_000;

/**
 * A Redis of this installation's own, on a unix socket. It reads no standard input, so the kernel is asked to end it
 * when the launcher dies (`setpriv --pdeathsig`).
 */
export function describePrivateRedis({
  config,
  data,
  facts,
}: Pick<ServiceContext, 'config' | 'data' | 'facts'>): ServiceDefinition {
  const server = redisServerArguments({
    dir: data.redisDir,
    socket: redisSocket(data),
    maxMemoryBytes: config.redisMaxMemoryBytes,
  });
  return {
    name: 'redis',
    command: 'setpriv',
    args: ['--pdeathsig', 'TERM', facts.redisServer, ...server],
    env: config.inherited,
    logFile: join(data.logsDir, 'redis.log'),
  };
}

/** Where it listens. */
export const redisSocket = ({ stateDir }: DataDir): string => join(stateDir, 'redis.sock');

/** Waits until Redis answers and has loaded its data. Throws StartError where it ends or takes longer than 30 s. */
export async function waitForRedis(redis: ChildService, socket: string): Promise<void> {
  for (let attempt = 0; attempt < START_ATTEMPTS && redis.running; attempt += 1) {
    if (await answersPing(socket)) return;
    await systemClock.sleep(START_INTERVAL_MS);
  }
  throw new StartError(redis.running ? 'The private Redis does not answer.' : redis.obituary);
}

/** Whether Redis answers and has loaded its data. */
async function answersPing(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
    await once(socket, 'connect', { signal });
    socket.write('PING\r\n');
    const answer: unknown[] = await once(socket, 'data', { signal });
    return String(answer[0]).startsWith('+PONG');
  } catch {
    // Not there yet: the caller asks again, a bounded number of times.
    return false;
  } finally {
    socket.destroy();
  }
}

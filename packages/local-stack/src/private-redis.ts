import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { redisServerArguments } from '@drydock/queue';
import { systemClock } from '@drydock/service-kit';
import { ChildService } from './child-service.ts';
import type { ServiceContext } from './services.ts';

const START_ATTEMPTS = 100;
const START_INTERVAL_MS = 50;
const PING_TIMEOUT_MS = 1_000;

export interface PrivateRedis {
  readonly url: string;
  readonly process: ChildService;
}

/**
 * Starts a Redis of this installation's own, on a unix socket. It reads no standard input, so the kernel is asked to end
 * it when the launcher dies (`setpriv --pdeathsig`).
 */
export async function startPrivateRedis(
  context: Pick<ServiceContext, 'config' | 'data' | 'facts'>,
): Promise<PrivateRedis> {
  const { config, data, facts } = context;
  const socket = join(data.stateDir, 'redis.sock');
  await rm(socket, { force: true });
  const process = new ChildService({
    name: 'redis',
    command: 'setpriv',
    args: ['--pdeathsig', 'TERM', facts.redisServer, ...redisServerArguments({ dir: data.redisDir, socket })],
    env: config.inherited,
    logFile: join(data.logsDir, 'redis.log'),
  });
  for (let attempt = 0; attempt < START_ATTEMPTS && process.running; attempt += 1) {
    if (await answersPing(socket)) return { url: socket, process };
    await systemClock.sleep(START_INTERVAL_MS);
  }
  await process.stop();
  throw new Error(`The private Redis did not start; its log is ${join(data.logsDir, 'redis.log')}.`);
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

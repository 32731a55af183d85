import { DrydockError } from '@drydock/core';
import { DURABLE_SETTINGS } from './durable-settings.ts';
import type { RedisConnection } from './redis-connection.ts';

/** The first with scripts that may exceed maxmemory: what a job that runs has to write must not fail. */
const OLDEST_MAJOR = 7;

/** Throws `store_misconfigured` that names the settings, where Redis could lose what it confirmed. */
export async function assertDurable(connection: RedisConnection): Promise<void> {
  const wrong: string[] = [];
  for (const [setting, required] of Object.entries(DURABLE_SETTINGS)) {
    // A flat list in RESP2, a map in RESP3.
    const reply: unknown = await connection.run((client) => client.config('GET', setting));
    const found = JSON.stringify(reply) ?? 'nothing';
    if (found !== JSON.stringify([setting, required]) && found !== JSON.stringify({ [setting]: required })) {
      wrong.push(`${setting} must be ${required}`);
    }
  }
  const version = await connection.run((client) => client.info('server'));
  if (!isRecent(version)) wrong.push(`its version must be ${OLDEST_MAJOR} or later`);
  if (wrong.length === 0) return;
  throw new DrydockError('store_misconfigured', {
    message: `Redis could lose accepted jobs: ${wrong.join(', ')}.`,
  });
}

function isRecent(info: string): boolean {
  return Number(/^redis_version:(\d+)/m.exec(info)?.[1]) >= OLDEST_MAJOR;
}

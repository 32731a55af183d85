import { openQueue } from '@drydock/queue';
import { ConfigError } from '@drydock/service-kit';

/**
 * Looks at a Redis that was named, once, before anything is started on it: a service would wait for it, but whoever types
 * `npm start` has to hear that it is not there. Throws ConfigError within 3 s; a wrong setting of it is named.
 */
export async function assertRedisUsable(url: string): Promise<void> {
  const queue = openQueue({ url });
  try {
    await queue.assertDurable();
  } catch (cause) {
    throw new ConfigError([{ variable: 'REDIS_URL', problem: describe(cause) }], { cause });
  } finally {
    await queue.close();
  }
}

function describe(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'store_misconfigured' && cause instanceof Error
    ? `names a Redis that is refused: ${cause.message}`
    : 'names a Redis that does not answer; start it, correct the address, or unset it to have a private one.';
}

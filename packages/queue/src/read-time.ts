import type { RedisConnection } from './redis-connection.ts';

/** The time of Redis, epoch milliseconds: the one that every script goes by. */
export async function readTime(connection: RedisConnection): Promise<number> {
  const [seconds, microseconds] = await connection.run((client) => client.time());
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
}

import { randomUUID } from 'node:crypto';
import type { Office } from '@drydock/core';
import { MAY_EXCEED_MEMORY } from './may-exceed-memory.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Sets the key, or keeps it where it is ours: asked in two commands, it could expire in between and be another's. */
const HOLD = `${MAY_EXCEED_MEMORY}
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

const RESIGN = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end`;

/**
 * An office as a key that expires: a holder that dies leaves it to others after its time. Good for what does little
 * harm when two do it for a moment; what must never be done twice needs a fence.
 */
export class RedisOffice implements Office {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #holder = randomUUID();

  constructor(connection: RedisConnection, key: string) {
    this.#connection = connection;
    this.#key = key;
  }

  async hold(ttlMs: number): Promise<boolean> {
    const held = await this.#connection.run((client) => client.eval(HOLD, 1, this.#key, this.#holder, ttlMs));
    return held === 1;
  }

  async resign(): Promise<void> {
    await this.#connection.run((client) => client.eval(RESIGN, 1, this.#key, this.#holder));
  }
}

import { JobId, SandboxId } from '@drydock/contracts';
import type { SandboxRecord, SandboxRegistry } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Keys } from './keys.ts';
import { MAY_EXCEED_MEMORY } from './may-exceed-memory.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

/** An attempt that runs needs sandboxes to the end: to prove its patch, for example. */
const PUT = `${MAY_EXCEED_MEMORY}return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])`;

const ROLES: readonly SandboxRecord['role'][] = ['agent', 'verify', 'build'];

/** Which sandbox works for which attempt: one hash, one field per sandbox. */
export class RedisSandboxRegistry implements SandboxRegistry {
  readonly #connection: RedisConnection;
  readonly #key: string;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#key = keys.sandboxes;
  }

  async put(record: SandboxRecord): Promise<void> {
    const text = JSON.stringify(record);
    await this.#connection.run((client) => client.eval(PUT, 1, this.#key, record.sandboxId, text));
  }

  async remove(sandboxId: SandboxId): Promise<void> {
    await this.#connection.run((client) => client.hdel(this.#key, sandboxId));
  }

  async list(): Promise<readonly SandboxRecord[]> {
    const records = await this.#connection.run((client) => client.hvals(this.#key));
    return records.map(parseSandboxRecord);
  }
}

function parseSandboxRecord(text: string): SandboxRecord {
  const found = parseStoredJson(text) as Partial<Record<keyof SandboxRecord, unknown>>;
  const role = ROLES.find((one) => one === found.role);
  const { fence, deadlineAt } = found;
  if (role === undefined || !Number.isSafeInteger(fence) || !Number.isSafeInteger(deadlineAt)) {
    throw new DrydockError('internal_error', { details: { sandbox: found.sandboxId } });
  }
  return {
    sandboxId: parseStored(SandboxId, found.sandboxId),
    jobId: parseStored(JobId, found.jobId),
    fence: Number(fence),
    role,
    deadlineAt: Number(deadlineAt),
  };
}

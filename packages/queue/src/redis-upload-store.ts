import { Digest, UploadFormat, UploadId } from '@drydock/contracts';
import type { UploadRecord, UploadStore } from '@drydock/core';
import type { Keys } from './keys.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

/** A job that names an upload holds its digest from then on: the record is only the way from the one to the other. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;

/** Keeps a record and notes, in the same step, until when its bytes are needed. */
const KEEP = `
local function keep(text)
  redis.call('SET', KEYS[1], text, 'EX', ARGV[1])
  local until_ms = (redis.call('TIME')[1] + ARGV[1]) * 1000
  redis.call('ZADD', KEYS[2], 'GT', until_ms, cjson.decode(text).digest)
  return text
end
`;
const PUT = `${KEEP} return keep(ARGV[2])`;
const FIND = `${KEEP} local text = redis.call('GET', KEYS[1]) return text and keep(text)`;

/** Uploads by id: one expiring string each. Throws `store_unavailable` within 3 s where Redis does not answer. */
export class RedisUploadStore implements UploadStore {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async put({ id, format, bytes, digest }: UploadRecord): Promise<void> {
    await this.#run(PUT, id, JSON.stringify({ id, format, bytes, digest }));
  }

  async find(uploadId: UploadId): Promise<UploadRecord | undefined> {
    const text = await this.#run(FIND, uploadId);
    return typeof text === 'string' ? parseUploadRecord(text) : undefined;
  }

  #run(script: string, uploadId: UploadId, ...args: readonly string[]): Promise<unknown> {
    const keys = [this.#keys.upload(uploadId), this.#keys.uploadDigests];
    return this.#connection.run((client) => client.eval(script, 2, ...keys, KEPT_SECONDS, ...args));
  }
}

function parseUploadRecord(text: string): UploadRecord {
  const stored = parseStoredJson(text) as Partial<Record<keyof UploadRecord, unknown>>;
  return {
    id: parseStored(UploadId, stored.id),
    format: parseStored(UploadFormat, stored.format),
    digest: parseStored(Digest, stored.digest),
    bytes: Number(stored.bytes),
  };
}

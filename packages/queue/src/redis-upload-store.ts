import { Digest, UploadFormat, UploadId } from '@drydock/contracts';
import type { UploadRecord, UploadStore } from '@drydock/core';
import type { Keys } from './keys.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

/** A job that names an upload holds its digest from then on: the record is only the way from the one to the other. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;

/** Uploads by id: one expiring string each. Throws `store_unavailable` within 3 s where Redis does not answer. */
export class RedisUploadStore implements UploadStore {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async put({ id, format, bytes, digest }: UploadRecord): Promise<void> {
    const text = JSON.stringify({ id, format, bytes, digest });
    await this.#connection.run((client) => client.set(this.#keys.upload(id), text, 'EX', KEPT_SECONDS));
  }

  async find(uploadId: UploadId): Promise<UploadRecord | undefined> {
    const key = this.#keys.upload(uploadId);
    const text = await this.#connection.run((client) => client.getex(key, 'EX', KEPT_SECONDS));
    return text === null ? undefined : parseUploadRecord(text);
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

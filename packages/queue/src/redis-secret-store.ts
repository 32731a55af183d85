import type { AuditActor, SecretName } from '@drydock/contracts';
import { SealedSecret, SecretJson } from '@drydock/contracts';
import type { NewSecret, SecretRecord, SecretStore } from '@drydock/core';
import type { Keys } from './keys.ts';
import { toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import { toDraftText } from './redis-audit-log.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Secrets of one tenant. */
const MAX_SECRETS = 200;

/** Each change with its entry in the audit log. KEYS secrets, audit drafts. ARGV name, draft, … */
const SHARED = `
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local function record() redis.call('RPUSH', KEYS[2], '{"at":' .. now .. ',' .. string.sub(ARGV[2], 2)) end
`;

/** ARGV 3 sealed (JSON), 4 hosts (JSON), 5 secrets that may be. Not over maxmemory: a caller can try again. */
const PUT = `${SHARED}
local old = redis.call('HGET', KEYS[1], ARGV[1])
if not old and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return false end
local was = old and cjson.decode(old) or { createdAt = now, version = 0 }
local text = '{"createdAt":"' .. was.createdAt .. '","updatedAt":"' .. now .. '","version":' .. was.version + 1
  .. ',"hosts":' .. ARGV[4] .. ',"sealed":' .. ARGV[3] .. '}'
redis.call('HSET', KEYS[1], ARGV[1], text)
record()
return text`;

const DELETE = `${SHARED}
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
record()
return 1`;

/** Sealed secrets in one hash. Throws `store_unavailable` within 3 s where Redis does not answer. */
export class RedisSecretStore implements SecretStore {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async put({ name, hosts, sealed, by }: NewSecret): Promise<SecretRecord | 'full'> {
    const data = { hosts: hosts.join(' ').slice(0, 250), key_id: sealed.key_id };
    const draft = toDraftText({ action: 'secret.set', actor: by, subject: { secret: name }, data });
    const args = [name, draft, JSON.stringify(sealed), JSON.stringify(hosts), MAX_SECRETS];
    const text = await this.#run(PUT, args);
    return typeof text === 'string' ? parseRecord(name, text) : 'full';
  }

  async list(): Promise<readonly SecretRecord[]> {
    const fields = await this.#connection.run((client) => client.hgetall(this.#keys.secrets));
    return Object.keys(fields)
      .toSorted()
      .map((name) => parseRecord(name, fields[name]));
  }

  async find(names: readonly SecretName[]): Promise<readonly SecretRecord[]> {
    if (names.length === 0) return [];
    const texts = await this.#connection.run((client) => client.hmget(this.#keys.secrets, ...names));
    return names.flatMap((name, index) => {
      const text = texts[index];
      return text ? [parseRecord(name, text)] : [];
    });
  }

  async delete(name: SecretName, by: AuditActor): Promise<boolean> {
    const draft = toDraftText({ action: 'secret.deleted', actor: by, subject: { secret: name }, data: {} });
    return (await this.#run(DELETE, [name, draft])) === 1;
  }

  #run(script: string, args: readonly (string | number)[]): Promise<unknown> {
    const { secrets, auditDrafts } = this.#keys;
    return this.#connection.run((client) => client.eval(script, 2, secrets, auditDrafts, ...args));
  }
}

function parseRecord(name: string, text: string | undefined): SecretRecord {
  const stored = parseStoredJson(text) as Readonly<Record<string, unknown>>;
  const sealed = parseStored(SealedSecret, stored['sealed']);
  const times = {
    created_at: toTime(String(stored['createdAt'])),
    updated_at: toTime(String(stored['updatedAt'])),
  };
  const told = {
    object: 'secret',
    name,
    hosts: stored['hosts'],
    version: stored['version'],
    key_id: sealed.key_id,
  };
  const { object: _object, key_id: _keyId, ...record } = parseStored(SecretJson, { ...told, ...times });
  return { ...record, sealed };
}

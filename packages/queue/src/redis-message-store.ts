import { createHash } from 'node:crypto';
import type { JobId } from '@drydock/contracts';
import { JobMessage, JobState, MAX_JOB_MESSAGES } from '@drydock/contracts';
import type { Lease, MessageAnswer, MessageStore, NewMessage } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import { assertAdmitted } from './assert-admitted.ts';
import type { JobScripts, ScriptReply } from './job-scripts.ts';
import type { Keys } from './keys.ts';
import { toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

interface RedisMessageStoreDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: JobScripts;
}

/** Messages in Redis, beside the job that they are for. */
export class RedisMessageStore implements MessageStore {
  readonly #deps: RedisMessageStoreDeps;

  constructor(deps: RedisMessageStoreDeps) {
    this.#deps = deps;
  }

  async add(jobId: JobId, { id, text, by, request }: NewMessage): Promise<MessageAnswer> {
    const [key, digest] = request === undefined ? ['', ''] : [digestOf(request.key), request.digest];
    const reply = await this.#deps.scripts.run('add-message', jobId, {
      args: [id, text, by?.id ?? 'unnamed', key, digest],
      keys: [this.#deps.keys.messagesOf(jobId)],
    });
    assertAdmitted(reply);
    return toAnswer(reply);
  }

  async list(jobId: JobId, after: number): Promise<readonly JobMessage[]> {
    const { connection, keys } = this.#deps;
    const numbers = Array.from({ length: MAX_JOB_MESSAGES - after }, (_, index) => after + index + 1);
    if (numbers.length === 0) return [];
    const kept = await connection.run((client) =>
      client.hmget(keys.messagesOf(jobId), ...numbers.map(String)),
    );
    return kept.filter((text) => text !== null).map(parseMessage);
  }

  async close({ jobId, workerId, fence }: Lease, known: number): Promise<'closed' | 'waiting'> {
    const { word } = await this.#deps.scripts.run('close-messages', jobId, {
      args: [workerId, fence, known],
    });
    if (word === 'lease_lost') throw new DrydockError('lease_lost', { details: { jobId } });
    return word === 'ok' ? 'closed' : 'waiting';
  }
}

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

function toAnswer({ word, values: [value] }: ScriptReply): MessageAnswer {
  switch (word) {
    case 'ok':
      return { kind: 'added', message: parseMessage(String(value)) };
    case 'replayed':
      return { kind: 'replayed', message: parseMessage(String(value)) };
    case 'closed':
      return { kind: 'closed', state: parseStored(JobState, value) };
    case 'not_found':
    case 'too_many':
      return { kind: word };
    case 'mismatch':
      throw new DrydockError('idempotency_mismatch');
    default:
      throw new DrydockError('internal_error', { details: { script: 'add-message', word } });
  }
}

function parseMessage(text: string): JobMessage {
  const { at, ...rest } = parseStoredJson(text) as Record<string, unknown>;
  return parseStored(JobMessage, { ...rest, at: toTime(String(at)) });
}

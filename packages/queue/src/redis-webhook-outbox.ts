import type { Approval } from '@drydock/contracts';
import { JobId, WebhookBody } from '@drydock/contracts';
import type { OutboxCount, WaitingWebhook, WebhookOutbox } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Keys } from './keys.ts';
import { MAY_EXCEED_MEMORY } from './may-exceed-memory.ts';
import { parseApproval } from './parse-approval.ts';
import { toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import { readTime } from './read-time.ts';
import type { RedisConnection } from './redis-connection.ts';

/** KEYS due, webhooks, kept. ARGV webhook. Each script is safe to send twice. */
const SETTLE = `${MAY_EXCEED_MEMORY}
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('ZREM', KEYS[3], ARGV[1]) == 1 then
  local bytes = redis.call('HINCRBY', KEYS[2], ':bytes', -redis.call('HSTRLEN', KEYS[2], ARGV[1]))
  if bytes <= 0 then redis.call('HDEL', KEYS[2], ':bytes') end
end
redis.call('HDEL', KEYS[2], ARGV[1], ARGV[1] .. ':tries')`;

/** ARGV webhook, when, tries. One that was settled meanwhile stays away. */
const POSTPONE = `${MAY_EXCEED_MEMORY}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1] .. ':tries', ARGV[3])`;

/** Of the command in a question, in a webhook. */
const MAX_CMD_CHARS = 2_048;

/** Webhooks that the job scripts wrote (`tell` in job.lua). */
export class RedisWebhookOutbox implements WebhookOutbox {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async findDue(limit: number): Promise<readonly WaitingWebhook[]> {
    const { webhooks, webhooksDue } = this.#keys;
    const now = await readTime(this.#connection);
    const ids = await this.#connection.run((client) =>
      client.zrangebyscore(webhooksDue, '-inf', now, 'LIMIT', 0, limit),
    );
    if (ids.length === 0) return [];
    const fields = ids.flatMap((id) => [id, `${id}:tries`]);
    const texts = await this.#connection.run((client) => client.hmget(webhooks, ...fields));
    return ids.map((id, index) => {
      const [text, tries] = [texts[2 * index], texts[2 * index + 1]];
      return { id, tries: Number(tries ?? 0), message: readMessage(text) };
    });
  }

  async count(): Promise<OutboxCount> {
    const { webhooks, webhooksKept } = this.#keys;
    const now = await readTime(this.#connection);
    const [waiting, oldest, numbers] = await this.#connection.run((client) =>
      Promise.all([
        client.zcard(webhooksKept),
        client.zrangebyscore(webhooksKept, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
        client.hmget(webhooks, ':bytes', ':dropped'),
      ]),
    );
    const [bytes, dropped] = numbers.map((text) => Number(text ?? 0));
    const oldestMs = oldest[1] === undefined ? 0 : Math.max(0, now - Number(oldest[1]));
    return { waiting, bytes: bytes ?? 0, dropped: dropped ?? 0, oldestMs };
  }

  async settle(id: string): Promise<void> {
    await this.#run(SETTLE, [id]);
  }

  async postpone(id: string, { tries, delayMs }: { tries: number; delayMs: number }): Promise<void> {
    await this.#run(POSTPONE, [id, (await readTime(this.#connection)) + delayMs, tries]);
  }

  async defer(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const now = await readTime(this.#connection);
    const places = ids.flatMap((id) => [now, id]);
    await this.#connection.run((client) => client.zadd(this.#keys.webhooksDue, 'XX', ...places));
  }

  #run(script: string, args: readonly (string | number)[]): Promise<unknown> {
    const { webhooks, webhooksDue, webhooksKept } = this.#keys;
    const keys = [webhooksDue, webhooks, webhooksKept];
    return this.#connection.run((client) => client.eval(script, keys.length, ...keys, ...args));
  }
}

/** What cannot be understood must not hold up what came behind it. */
function readMessage(text: string | null | undefined): WaitingWebhook['message'] {
  try {
    return parseMessage(text ?? undefined);
  } catch (error) {
    if (error instanceof DrydockError) return null;
    throw error;
  }
}

function parseMessage(text: string | undefined): NonNullable<WaitingWebhook['message']> {
  const told = (parseStoredJson(text) ?? {}) as Readonly<Record<string, unknown>>;
  const { type, at, job, url, status, verified, approvalId, approval } = told;
  if (typeof url !== 'string') throw new DrydockError('internal_error');
  const jobId = parseStored(JobId, job);
  const self = `/v1/jobs/${jobId}`;
  const links = { self, events: `${self}/events` };
  const common = { job_id: jobId, status, verified: verified ?? null };
  const data =
    typeof approvalId === 'string'
      ? {
          ...common,
          ...cutQuestion(parseApproval(jobId, approvalId, approval as Readonly<Record<string, string>>)),
          links: {
            ...links,
            decide: `${self}/approvals/${approvalId}`,
            approvals: `${self}/approvals`,
          },
        }
      : { ...common, links };
  return { url, body: parseStored(WebhookBody, { type, timestamp: toTime(String(at)), data }) };
}

/** A question may hold 64 KiB of command: a webhook shows how it begins, and where all of it is. */
function cutQuestion(approval: Approval): Pick<WebhookBody['data'], 'approval' | 'cmd_truncated'> {
  const { cmd } = approval.request;
  if (cmd === null || cmd.length <= MAX_CMD_CHARS) return { approval };
  const shown = cmd.slice(0, MAX_CMD_CHARS).toWellFormed();
  return { approval: { ...approval, request: { ...approval.request, cmd: shown } }, cmd_truncated: true };
}

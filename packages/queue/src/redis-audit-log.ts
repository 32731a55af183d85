import { createHash, randomUUID } from 'node:crypto';
import type { AuditHead } from '@drydock/contracts';
import { AUDIT_GENESIS, AuditData, AuditEntry, DEFAULT_TENANT } from '@drydock/contracts';
import type { AuditDraft, AuditLog, AuditMovePolicy, DatedDraft } from '@drydock/core';
import { DrydockError, countMovable, linkEntries } from '@drydock/core';
import type { Keys } from './keys.ts';
import { MAY_EXCEED_MEMORY } from './may-exceed-memory.ts';
import { toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import { readTime } from './read-time.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Drafts that get their place at once. */
const BATCH = 200;
/** Batches of one call, lost races included; what is left is for the next one. */
const MAX_ROUNDS = 200;
const CALL_TTL_MS = 3 * 60 * 1_000;

/** Adds drafts, with Redis's time; a call that is sent twice adds them once. KEYS drafts, call. ARGV call's life, drafts. */
const APPEND = `${MAY_EXCEED_MEMORY}
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1]) then return end
local time = redis.call('TIME')
local at = string.format('{"at":%.0f,', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 2, #ARGV do redis.call('RPUSH', KEYS[1], at .. string.sub(ARGV[i], 2)) end`;

/**
 * Moves drafts into the chain where its head is still the one that they were linked to: nobody else has taken these
 * drafts then, since whoever takes drafts moves the head. Scripts have no SHA-256, so that entries come linked.
 * KEYS drafts, head, entries. ARGV head that was seen, new hash, seq of the first entry, entries.
 */
const LINK = `${MAY_EXCEED_MEMORY}
if (redis.call('HGET', KEYS[2], 'hash') or '${AUDIT_GENESIS}') ~= ARGV[1] then return 0 end
local seq = ARGV[3] - 1
for i = 4, #ARGV do
  seq = seq + 1
  redis.call('XADD', KEYS[3], string.format('%.0f-0', seq), 'entry', ARGV[i])
end
redis.call('HSET', KEYS[2], 'hash', ARGV[2], 'seq', string.format('%.0f', seq))
redis.call('LTRIM', KEYS[1], #ARGV - 3, -1)
return 1`;

/** The audit log in Redis: drafts as a list, the chain as a stream, its head as a hash that outlives what is trimmed. */
export class RedisAuditLog implements AuditLog {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async append(drafts: readonly AuditDraft[]): Promise<void> {
    if (drafts.length === 0) return;
    const texts = drafts.map(toDraftText);
    const keys = [this.#keys.auditDrafts, this.#keys.call(randomUUID())];
    await this.#connection.run((client) => client.eval(APPEND, 2, ...keys, CALL_TTL_MS, ...texts));
  }

  async link(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      // The head first: drafts of an older one are refused with it.
      const head = await this.#readHead();
      const texts = await this.#connection.run((client) =>
        client.lrange(this.#keys.auditDrafts, 0, BATCH - 1),
      );
      if (texts.length === 0) return;
      await this.#link(head, texts);
    }
  }

  async readHead(): Promise<AuditHead> {
    await this.link();
    return this.#readHead();
  }

  async read(afterSeq: number, limit: number): Promise<readonly AuditEntry[]> {
    const found = await this.#connection.run((client) =>
      client.xrange(this.#keys.audit, `(${afterSeq}-0`, '+', 'COUNT', limit),
    );
    return found.map(([, fields]) => parseStored(AuditEntry, parseStoredJson(fields[1])));
  }

  async findMovable(policy: AuditMovePolicy): Promise<readonly AuditEntry[]> {
    const entries = await this.#connection.run((client) => client.xlen(this.#keys.audit));
    const now = await readTime(this.#connection);
    const takeDue = (oldest: readonly AuditEntry[]) => {
      const oldestAt = oldest.map(({ at }) => Date.parse(at));
      return oldest.slice(0, countMovable({ oldestAt, entries, now }, policy));
    };
    // Asked every second: as long as the first one may stay, the others are not read.
    const isDue = takeDue(await this.read(0, 1)).length > 0;
    return isDue ? takeDue(await this.read(0, policy.segmentEntries)) : [];
  }

  async trim(throughSeq: number): Promise<void> {
    await this.#connection.run((client) => client.xtrim(this.#keys.audit, 'MINID', `${throughSeq + 1}-0`));
  }

  async #link(head: AuditHead, texts: readonly string[]): Promise<void> {
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const entries = linkEntries({ tenant: DEFAULT_TENANT, head, digest }, texts.map(parseDraft));
    const { auditDrafts, auditHead, audit } = this.#keys;
    const { hash = head.hash } = entries.at(-1) ?? {};
    const args = [head.hash, hash, head.seq + 1, ...entries.map((entry) => JSON.stringify(entry))];
    await this.#connection.run((client) => client.eval(LINK, 3, auditDrafts, auditHead, audit, ...args));
  }

  async #readHead(): Promise<AuditHead> {
    const [seq, hash] = await this.#connection.run((client) =>
      client.hmget(this.#keys.auditHead, 'seq', 'hash'),
    );
    return { seq: Number(seq ?? 0), hash: hash ?? AUDIT_GENESIS };
  }
}

/** A draft as the scripts keep it, without its time. Throws `internal_error` where it is none. */
export function toDraftText({ action, actor, subject, data }: AuditDraft): string {
  if (!AuditData.safeParse(data).success) {
    throw new DrydockError('internal_error', { details: { audit: action } });
  }
  return JSON.stringify({ action, actor, subject, data });
}

const StoredDraft = AuditEntry.pick({ action: true, actor: true, subject: true, data: true });
const UNREADABLE = {
  action: 'audit.unreadable',
  actor: { type: 'monitor', id: 'audit' },
  subject: {},
  data: {},
} as const;

/** What cannot be understood must not hold up what came behind it: that it was there stays on record. */
function parseDraft(text: string): DatedDraft {
  const { at, ...draft } = parseStoredJson(text) as { readonly at?: unknown };
  const parsed = StoredDraft.safeParse(draft);
  return { at: toTime(String(at)) ?? '', ...(parsed.success ? parsed.data : UNREADABLE) };
}

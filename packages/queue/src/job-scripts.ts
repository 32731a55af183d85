import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JobId, Warning } from '@drydock/contracts';
import { DrydockError, MAX_ATTEMPTS, TRANSITIONS } from '@drydock/core';
import { ENDINGS } from './endings.ts';
import type { Keys } from './keys.ts';
import { ACCEPT_SHARE, EVENT_SHARE } from './memory-shares.ts';
import { MAY_EXCEED_MEMORY } from './may-exceed-memory.ts';
import type { RedisConnection } from './redis-connection.ts';

const SCRIPTS = [
  'admit',
  'accept',
  'claim',
  'heartbeat',
  'transition',
  'append-events',
  'put-artifacts',
  'commit',
  'cancel',
  'expire-lease',
  'expire-deadline',
  'remove',
  'ask-approval',
  'decide-approval',
  'use-approval',
  'release-job',
] as const;
export type ScriptName = (typeof SCRIPTS)[number];

/** Those that may end a job without a result of its worker. */
const ENDING_SCRIPTS: ReadonlySet<ScriptName> = new Set(['cancel', 'expire-lease', 'expire-deadline']);
const ADMITTING_SCRIPTS: ReadonlySet<ScriptName> = new Set(['admit', 'accept']);

/** A job that nobody takes is over after this time. */
const QUEUED_MS = 24 * 60 * 60 * 1_000;
/** Longer than any lease, which refuses what is re-sent later than this. */
const CALL_TTL_MS = 3 * 60 * 1_000;
/** How long a caller may send a request again and get the same job. */
const REQUEST_TTL_MS = 24 * 60 * 60 * 1_000;

/** What one job may have of events, bytes with those of the stream around them. */
const MAX_EVENT_BYTES = 4 << 20;
const EVENT_OVERHEAD_BYTES = 64;
/** What callers wait where nothing tells when there will be room: memory is freed by the monitor, once a minute. */
const STORE_FULL_RETRY_MS = 60_000;
const UNKNOWN_PACE_MS = 10_000;
const MAX_PACE_MS = 60_000;

const LEFT_OUT_WARNING = JSON.stringify({
  code: 'events_left_out',
  message: 'The store keeps no more events of this job for now. Commands and their output are in log.txt.',
} satisfies Warning);
/** What may wait for receivers: of one job, and of all. The oldest goes first, on record. */
const WEBHOOK_CAPS = {
  MAX_JOB_WEBHOOKS: 64,
  MAX_JOB_WEBHOOK_BYTES: 1 << 20,
  MAX_WEBHOOKS: 10_000,
  MAX_WEBHOOK_BYTES: 64 << 20,
  JOB_WEBHOOKS_TTL_MS: 2 * 24 * 60 * 60 * 1_000,
};
/** Questions that one job may ask people: a model that asks for ever is stopped. */
const MAX_APPROVALS = 100;
/** What the monitor leaves the sweep that denies, before it ends the whole job. */
const APPROVAL_GRACE_MS = 60_000;

interface Script {
  readonly source: string;
  readonly sha: string;
}

interface ScriptInput {
  readonly args?: readonly (string | number)[];
  /** Keys beside those of every script. */
  readonly keys?: readonly string[];
}

/** What a script answered: `ok` or why it refused, and what it gives back. */
export interface ScriptReply {
  readonly word: string;
  readonly values: readonly unknown[];
}

/** The Lua scripts: the only writers of job records. Each call works on one job. */
export class JobScripts {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #scripts: Readonly<Record<ScriptName, Script>>;

  constructor(connection: RedisConnection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
    this.#scripts = loadScripts(keys);
  }

  /** Throws what RedisConnection.run does. A call that ioredis sends twice is applied once. */
  async run(name: ScriptName, jobId: JobId, input: ScriptInput = {}): Promise<ScriptReply> {
    const { source, sha } = this.#scripts[name];
    const keys = [...this.#keysOf(jobId), ...(input.keys ?? [])];
    const rest = [keys.length, ...keys, jobId, ...(input.args ?? [])] as const;
    const reply = await this.#connection.run((client) =>
      client.evalsha(sha, ...rest).catch(async (error: unknown) => {
        // A restarted Redis has forgotten its scripts; nothing was applied.
        if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
          return client.eval(source, ...rest);
        throw error;
      }),
    );
    if (!Array.isArray(reply)) throw new DrydockError('internal_error', { details: { script: name } });
    const [word, ...values] = reply as readonly unknown[];
    return { word: String(word), values };
  }

  #keysOf(jobId: JobId): string[] {
    const { states, leases, deadlines, outbox, jobs, finished, approvals, auditDrafts } = this.#keys;
    const { webhooks, webhooksDue, webhooksKept } = this.#keys;
    const [job, events] = [this.#keys.job(jobId), this.#keys.events(jobId)];
    const [call, ofJob] = [this.#keys.call(randomUUID()), this.#keys.approvalsOf(jobId)];
    return [
      job,
      events,
      states,
      leases,
      deadlines,
      outbox,
      call,
      jobs,
      finished,
      approvals,
      ofJob,
      auditDrafts,
      webhooks,
      webhooksDue,
      webhooksKept,
      this.#keys.webhooksOf(jobId),
    ];
  }
}

function loadScripts(keys: Keys): Record<ScriptName, Script> {
  const transitions = Object.entries(TRANSITIONS).map(([from, to]) => [
    from,
    Object.fromEntries(to.map((state) => [state, true])),
  ]);
  const constants = {
    CHANNEL: keys.channel,
    CANCEL_CHANNEL: keys.cancelChannel,
    TRANSITIONS: Object.fromEntries(transitions) as LuaTable,
    MAX_ATTEMPTS,
    QUEUED_MS,
    CALL_TTL_MS,
    REQUEST_TTL_MS,
    ACCEPT_SHARE,
    EVENT_SHARE,
    MAX_EVENT_BYTES,
    EVENT_OVERHEAD_BYTES,
    STORE_FULL_RETRY_MS,
    UNKNOWN_PACE_MS,
    MAX_PACE_MS,
    LEFT_OUT_WARNING,
    MAX_APPROVALS,
    ...WEBHOOK_CAPS,
    APPROVAL_GRACE_MS,
  };
  const shared = toLocals(constants) + read('job');
  const load = (name: ScriptName): Script => {
    const endings = ENDING_SCRIPTS.has(name) ? toLocals({ ENDINGS }) : '';
    const admission = ADMITTING_SCRIPTS.has(name) ? read('admission') : '';
    const source = [MAY_EXCEED_MEMORY, endings, shared, admission, read(name)].join('');
    return { source, sha: createHash('sha1').update(source).digest('hex') };
  };
  return Object.fromEntries(SCRIPTS.map((name) => [name, load(name)])) as Record<ScriptName, Script>;
}

function read(name: string): string {
  return readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8');
}

type LuaValue = string | number | boolean | LuaTable;
interface LuaTable {
  readonly [key: string]: LuaValue;
}

/** TypeScript's tables as Lua locals: core has the one transition table, and the scripts get that one. */
function toLocals(values: LuaTable): string {
  return Object.entries(values)
    .map(([name, value]) => `local ${name} = ${toLua(value)}\n`)
    .join('');
}

function toLua(value: LuaValue): string {
  if (typeof value === 'string') return `[==[${value}]==]`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}=${toLua(item)}`)
    .join(',')}}`;
}

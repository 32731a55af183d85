import { JobId } from '@drydock/contracts';
import type { JobRecord } from '@drydock/contracts';
import type { JobPage, JobQuery } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { Keys } from './keys.ts';
import { parseJobRecord } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Entries read at once: one more than the largest page, so that a page that is the last one says so. */
const BATCH = 101;
/** Jobs looked at for one page: a filter that nothing passes costs this much, and the caller goes on with the cursor. */
const SCAN_LIMIT = 10 * BATCH;

const TIME_DIGITS = 15;
const LATEST_TIME = 10 ** TIME_DIGITS - 1;
const ENTRY = /^\d{15}-(job_[0-9A-HJKMNP-TV-Z]{26})$/;

interface ListDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
}

/**
 * One page of jobs, newest first. A page begins behind an entry and not at a number: jobs that come meanwhile neither
 * shift it nor repeat in it.
 */
export async function listJobs(deps: ListDeps, query: JobQuery): Promise<JobPage> {
  const oldest = toLowerBound(query);
  const found: JobId[] = [];
  let from = toUpperBound(query);
  for (let scanned = 0; scanned < SCAN_LIMIT; scanned += BATCH) {
    const entries = await readEntries(deps, { from, oldest });
    const passing = await filterEntries(deps, entries, query);
    const room = query.limit - found.length;
    found.push(...passing.slice(0, room).map(jobIdOf));
    const last = passing.length >= room ? passing[room - 1] : entries.at(-1);
    const isEnd = entries.length < BATCH && (last === undefined || last === entries.at(-1));
    if (isEnd) return { jobs: await readJobs(deps, found, query), nextCursor: null };
    from = `(${last}`;
    if (found.length === query.limit) break;
  }
  return { jobs: await readJobs(deps, found, query), nextCursor: encodeCursor(from.slice(1)) };
}

function readEntries(
  { connection, keys }: ListDeps,
  { from, oldest }: { readonly from: string; readonly oldest: string },
): Promise<string[]> {
  return connection.run((client) => client.zrevrangebylex(keys.jobs, from, oldest, 'LIMIT', 0, BATCH));
}

/** By the few fields that filters need: the whole of a job can be large. */
async function filterEntries(
  { connection, keys }: ListDeps,
  entries: readonly string[],
  query: JobQuery,
): Promise<readonly string[]> {
  if (!isFiltered(query)) return entries;
  const rows = await connection.run((client) =>
    Promise.all(entries.map((entry) => client.hmget(keys.job(jobIdOf(entry)), ...FIELDS))),
  );
  return entries.filter((entry, index) => {
    const [state, kind, labels, thread] = rows[index] ?? [];
    const summary = { state, kind, labels: parseStoredJson(labels ?? undefined) };
    return passes({ ...summary, thread: thread ?? jobIdOf(entry) }, query);
  });
}

/** What filters look at, as a job's hash has it. */
const FIELDS = ['state', 'kind', 'labels', 'thread'] as const;

const isFiltered = ({ states, kind, labels, thread }: JobQuery): boolean =>
  [states, kind, labels, thread].some((filter) => filter !== undefined);

/** What filters look at; from Redis, so that nothing of it is typed. */
interface Summary {
  readonly state: unknown;
  readonly kind: unknown;
  readonly labels: unknown;
  readonly thread: unknown;
}

function passes({ state, kind, labels, thread }: Summary, query: JobQuery): boolean {
  if (query.states && !query.states.some((one) => one === state)) return false;
  if (query.kind !== undefined && query.kind !== kind) return false;
  if (query.thread !== undefined && query.thread !== thread) return false;
  const carried = new Map(Object.entries(labels ?? {}));
  return Object.entries(query.labels ?? {}).every(([name, value]) => carried.get(name) === value);
}

/** What changed since it was filtered is left out: a page never shows what was not asked for. */
async function readJobs(
  { connection, keys }: ListDeps,
  jobIds: readonly JobId[],
  query: JobQuery,
): Promise<readonly JobRecord[]> {
  const hashes = await connection.run((client) =>
    Promise.all(jobIds.map((jobId) => client.hgetall(keys.job(jobId)))),
  );
  const jobs = hashes.filter((fields) => Object.keys(fields).length > 0).map(parseJobRecord);
  return jobs.filter(({ id, state, spec: { kind, labels, thread_id } }) =>
    passes({ state, kind, labels, thread: thread_id ?? id }, query),
  );
}

function toUpperBound({ cursor, createdBefore }: JobQuery): string {
  // Without its job, an entry sorts before every entry of its time.
  const before = createdBefore === undefined ? '+' : `(${toDigits(createdBefore)}`;
  if (cursor === undefined) return before;
  const behind = `(${decodeCursor(cursor)}`;
  return before === '+' || behind < before ? behind : before;
}

function toLowerBound({ createdAfter }: JobQuery): string {
  return createdAfter === undefined ? '-' : `[${toDigits(createdAfter + 1)}`;
}

function toDigits(epochMs: number): string {
  return String(Math.min(Math.max(Math.floor(epochMs), 0), LATEST_TIME)).padStart(TIME_DIGITS, '0');
}

function jobIdOf(entry: string): JobId {
  return parseStored(JobId, ENTRY.exec(entry)?.[1]);
}

function encodeCursor(entry: string): string {
  return Buffer.from(entry).toString('base64url');
}

function decodeCursor(cursor: string): string {
  const entry = Buffer.from(cursor, 'base64url').toString('latin1');
  if (ENTRY.test(entry) && encodeCursor(entry) === cursor) return entry;
  throw new DrydockError('invalid_request', {
    details: { errors: [{ pointer: '/cursor', detail: 'Not a next_cursor of this list.' }] },
  });
}

import { readFileSync } from 'node:fs';
import { Digest, JobId, JobState } from '@drydock/contracts';
import type { ArtifactReferences } from '@drydock/core';
import { DrydockError, isTerminal } from '@drydock/core';
import type { Keys } from './keys.ts';
import { parseStored } from './parse-stored.ts';
import { readTime } from './read-time.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Jobs that Redis reads without doing anything else. */
const BATCH = 50;
/** More batches than this is a list that grows faster than it is read: the next pass tries again. */
const MAX_BATCHES = 100_000;

/**
 * Longer than a source takes from its last byte on disk to the record that refers to it: a request lasts minutes. Also
 * more than the clocks of Redis and of the host with the files may differ.
 */
const GRACE_MS = 60 * 60 * 1_000;

const SCRIPT = readFileSync(new URL('scripts/references.lua', import.meta.url), 'utf8');

interface ReferenceDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
}

interface JobReferences {
  readonly digests: readonly Digest[];
  readonly isLive: boolean;
  readonly createdAt: number;
}

/**
 * Every digest that a record refers to. An attempt refers to what it stores at the end of a turn, or when it commits:
 * so nothing that is younger than the oldest live job is settled. A job that ends while this runs is read either
 * before, as a live one, or with all that it refers to.
 */
export async function findReferences(deps: ReferenceDeps, signal: AbortSignal): Promise<ArtifactReferences> {
  const startedAt = await readTime(deps.connection);
  const counts = new Map<Digest, number>();
  const held = new Set<Digest>();
  const note = (digests: readonly Digest[], isHeld: boolean): void => {
    for (const digest of digests) {
      counts.set(digest, (counts.get(digest) ?? 0) + 1);
      if (isHeld) held.add(digest);
    }
  };
  let oldestLive = startedAt;
  for await (const jobs of readJobs(deps, signal)) {
    for (const { digests, isLive, createdAt } of jobs) {
      note(digests, isLive);
      if (isLive) oldestLive = Math.min(oldestLive, createdAt);
    }
  }
  note(await readUploads(deps, startedAt), true);
  return { counts, held, settledBefore: oldestLive - GRACE_MS };
}

async function* readJobs(deps: ReferenceDeps, signal: AbortSignal): AsyncGenerator<readonly JobReferences[]> {
  const { connection, keys } = deps;
  let from = '-';
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    signal.throwIfAborted();
    const entries = await connection.run((client) =>
      client.zrangebylex(keys.jobs, from, '+', 'LIMIT', 0, BATCH),
    );
    yield await readReferences(
      deps,
      entries.map((entry) => parseStored(JobId, entry.slice(entry.indexOf('-') + 1))),
    );
    if (entries.length < BATCH) return;
    from = `(${entries.at(-1)}`;
  }
  throw new DrydockError('internal_error', { message: 'The list of jobs has no end.' });
}

/** What each of the jobs refers to; one that was removed meanwhile refers to nothing. */
export async function readReferences(
  { connection, keys }: ReferenceDeps,
  jobIds: readonly JobId[],
): Promise<readonly JobReferences[]> {
  if (jobIds.length === 0) return [];
  const names = jobIds.map((jobId) => keys.job(jobId));
  const rows: unknown = await connection.run((client) => client.eval(SCRIPT, names.length, ...names));
  if (!Array.isArray(rows)) throw new DrydockError('internal_error');
  return rows.map(parseRow);
}

function parseRow(row: unknown): JobReferences {
  const [digests, state, createdAt] = Array.isArray(row) ? (row as readonly unknown[]) : [];
  if (!Array.isArray(digests)) throw new DrydockError('internal_error');
  return {
    digests: digests.map((digest) => parseStored(Digest, digest)),
    isLive: state !== '' && !isTerminal(parseStored(JobState, state)),
    createdAt: Number(createdAt),
  };
}

/** Digests of uploads that a job may still name; what is past is forgotten. */
async function readUploads({ connection, keys }: ReferenceDeps, now: number): Promise<readonly Digest[]> {
  await connection.run((client) => client.zremrangebyscore(keys.uploadDigests, '-inf', now));
  const members = await connection.run((client) => client.zrangebyscore(keys.uploadDigests, '-inf', '+inf'));
  return members.map((digest) => parseStored(Digest, digest));
}

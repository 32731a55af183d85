import { JobId } from '@drydock/contracts';
import type {
  ArtifactReferences,
  EndedJob,
  JobArchive,
  RemovalReason,
  RetentionPolicy,
  StoreMemory,
} from '@drydock/core';
import { decideRemoval } from '@drydock/core';
import { findReferences, readReferences } from './find-references.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobScripts } from './job-scripts.ts';
import type { Keys } from './keys.ts';
import { pairUp } from './parse-job-record.ts';
import { parseStored } from './parse-stored.ts';
import { readMemory, usedShare } from './read-memory.ts';
import { readTime } from './read-time.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Jobs that one call removes: a pass stays short, and the next one takes the rest. */
const REMOVE_LIMIT = 500;
/** Jobs between two looks at memory, which is freed by them. */
const BATCH = 50;

export interface RedisJobArchiveDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: JobScripts;
  readonly queue: () => JobQueue;
}

/** The jobs that are over. Each is checked again by the script that removes it. */
export class RedisJobArchive implements JobArchive {
  readonly #deps: RedisJobArchiveDeps;

  constructor(deps: RedisJobArchiveDeps) {
    this.#deps = deps;
  }

  async removeEnded(
    policy: RetentionPolicy,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RemovalReason, number>> {
    const removed = new Map<RemovalReason, number>();
    for (let seen = 0; seen < REMOVE_LIMIT && !signal.aborted; seen += BATCH) {
      const due = await this.#findDue(policy);
      for (const { jobId, reason } of due) {
        if (await this.remove(jobId)) removed.set(reason, (removed.get(reason) ?? 0) + 1);
      }
      if (due.length < BATCH) break;
    }
    return removed;
  }

  async listEnded(minAgeMs: number, limit: number): Promise<readonly EndedJob[]> {
    const oldest = await this.#readOldest({ endedBefore: (await this.#now()) - minAgeMs, limit });
    const jobIds = oldest.map(({ jobId }) => jobId);
    const rows = await readReferences(this.#deps, jobIds);
    return rows.map(({ digests }, index) => ({ jobId: parseStored(JobId, jobIds[index]), digests }));
  }

  /** Its message first: where that fails, the record still says that there is one. */
  async remove(jobId: JobId): Promise<boolean> {
    const { connection, keys, queue, scripts } = this.#deps;
    const [fence, request] = await connection.run((client) =>
      client.hmget(keys.job(jobId), 'fence', 'request'),
    );
    if (fence) await queue().remove({ jobId, fence: Number(fence) });
    const owned = [keys.messagesOf(jobId), ...(request ? [request] : [])];
    const { word } = await scripts.run('remove', jobId, { keys: owned });
    return word === 'ok';
  }

  findReferences(signal: AbortSignal): Promise<ArtifactReferences> {
    return findReferences(this.#deps, signal);
  }

  readMemory(): Promise<StoreMemory> {
    return readMemory(this.#deps.connection);
  }

  /** The first jobs that the policy does not keep, by the order of their ends. */
  async #findDue(policy: RetentionPolicy): Promise<readonly { jobId: JobId; reason: RemovalReason }[]> {
    const { connection, keys } = this.#deps;
    const now = await this.#now();
    const endedJobs = await connection.run((client) => client.zcard(keys.finished));
    const stock = { endedJobs, memoryShare: usedShare(await this.readMemory()) };
    const oldest = await this.#readOldest({ endedBefore: now, limit: BATCH });
    return oldest.flatMap(({ jobId, endedAt }, rank) => {
      const reason = decideRemoval({ ageMs: now - endedAt, rank }, stock, policy);
      return reason === undefined ? [] : [{ jobId, reason }];
    });
  }

  async #readOldest({ endedBefore, limit }: { endedBefore: number; limit: number }) {
    const { connection, keys } = this.#deps;
    const flat = await connection.run((client) =>
      client.zrangebyscore(keys.finished, '-inf', endedBefore, 'WITHSCORES', 'LIMIT', 0, limit),
    );
    return Object.entries(pairUp(flat)).map(([member, score]) => ({
      jobId: parseStored(JobId, member),
      endedAt: Number(score),
    }));
  }

  #now(): Promise<number> {
    return readTime(this.#deps.connection);
  }
}

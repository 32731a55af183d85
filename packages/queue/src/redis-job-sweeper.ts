import { JOB_STATES, JobId, JobState } from '@drydock/contracts';
import type { JobSweeper } from '@drydock/core';
import type { JobQueue } from './job-queue.ts';
import type { JobScripts } from './job-scripts.ts';
import type { Keys } from './keys.ts';
import { parseMessageId } from './message-id.ts';
import { parseStored } from './parse-stored.ts';
import { readTime } from './read-time.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Jobs that one pass looks at: a pass stays short, and the next one takes the rest. */
const SWEEP_LIMIT = 100;

/**
 * A message that no worker claimed is handed over again after this time: the worker that took it may have died, or may
 * not have reached the store. BullMQ ignores it while it still has the first one.
 */
const REDELIVER_MS = 15_000;

export interface RedisJobSweeperDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: JobScripts;
  readonly queue: () => JobQueue;
}

/** What may be done to jobs without a lease. Every job is checked again by the script that changes it. */
export class RedisJobSweeper implements JobSweeper {
  readonly #deps: RedisJobSweeperDeps;

  constructor(deps: RedisJobSweeperDeps) {
    this.#deps = deps;
  }

  async expireLeases(): Promise<readonly { jobId: JobId; to: JobState }[]> {
    const { members } = await this.#findDue(this.#deps.keys.leases, 0);
    const expired: { jobId: JobId; to: JobState }[] = [];
    for (const jobId of members.map((member) => parseStored(JobId, member))) {
      const { word } = await this.#deps.scripts.run('expire-lease', jobId);
      if (word !== 'kept') expired.push({ jobId, to: parseStored(JobState, word) });
    }
    return expired;
  }

  async expireDeadlines(graceMs: number): Promise<readonly { jobId: JobId; to: JobState }[]> {
    const { members } = await this.#findDue(this.#deps.keys.deadlines, graceMs);
    const expired: { jobId: JobId; to: JobState }[] = [];
    for (const jobId of members.map((member) => parseStored(JobId, member))) {
      const { word } = await this.#deps.scripts.run('expire-deadline', jobId, { args: [graceMs] });
      if (word !== 'kept') expired.push({ jobId, to: parseStored(JobState, word) });
    }
    return expired;
  }

  /**
   * Hands due messages to BullMQ and looks at them again later: a message leaves the outbox when a claim takes it, so
   * neither a crash in between nor a queue that loses it can lose the job.
   */
  async dispatchOutbox(): Promise<number> {
    const { connection, keys, queue } = this.#deps;
    const { now, members } = await this.#findDue(keys.outbox, 0);
    if (members.length === 0) return 0;
    await queue().add(members.map(parseMessageId));
    const later = members.flatMap((member) => [now + REDELIVER_MS, member]);
    // XX: what was claimed meanwhile stays away.
    await connection.run((client) => client.zadd(keys.outbox, 'XX', ...later));
    return members.length;
  }

  async countStates(): Promise<Readonly<Record<JobState, number>>> {
    const { connection, keys } = this.#deps;
    const counts = await connection.run((client) => client.hgetall(keys.states));
    const rows = JOB_STATES.map((state) => [state, Number(counts[state] ?? 0)]);
    return Object.fromEntries(rows) as Record<JobState, number>;
  }

  async #findDue(schedule: string, graceMs: number): Promise<{ now: number; members: string[] }> {
    const { connection } = this.#deps;
    const now = await readTime(connection);
    const until = now - graceMs;
    const members = await connection.run((client) =>
      client.zrangebyscore(schedule, '-inf', until, 'LIMIT', 0, SWEEP_LIMIT),
    );
    return { now, members };
  }
}

import type { ArtifactDigests, JobEventBody, JobId, JobRecord, JobSpec } from '@drydock/contracts';
import { JobEvent, JobState } from '@drydock/contracts';
import type { Claim, Commit, JobStore, Lease } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { JobScripts, ScriptName, ScriptReply } from './job-scripts.ts';
import type { Keys } from './keys.ts';
import { pairUp, parseJobRecord, toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

const REFUSALS = ['not_found', 'not_queued', 'stale_message'] as const;

/** Event types that scripts write themselves, with the change that they tell of. */
const RESERVED: ReadonlySet<JobEventBody['type']> = new Set(['job.state_changed', 'job.finished']);

export interface RedisJobStoreDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: JobScripts;
}

/** The truth about jobs, in Redis. Every method throws `store_unavailable` within 3 s where Redis does not answer. */
export class RedisJobStore implements JobStore {
  readonly #deps: RedisJobStoreDeps;

  constructor(deps: RedisJobStoreDeps) {
    this.#deps = deps;
  }

  async accept(jobId: JobId, spec: JobSpec): Promise<JobRecord> {
    const text = JSON.stringify(spec);
    const args = [text, spec.kind, spec.limits.timeout_seconds * 1_000];
    const { word, values } = await this.#deps.scripts.run('accept', jobId, args);
    assertApplied('accept', jobId, word);
    const [createdAt = '', deadlineAt = ''] = values.map(String);
    const fresh = { id: jobId, state: 'queued', fence: '0', attempt: '0' };
    return parseJobRecord({ ...fresh, spec: text, createdAt, deadlineAt });
  }

  async find(jobId: JobId): Promise<JobRecord | undefined> {
    const { connection, keys } = this.#deps;
    const fields = await connection.run((client) => client.hgetall(keys.job(jobId)));
    return Object.keys(fields).length === 0 ? undefined : parseJobRecord(fields);
  }

  async claim(request: Parameters<JobStore['claim']>[0]): Promise<Claim> {
    const { jobId, fence, workerId, leaseMs } = request;
    const { word, values } = await this.#deps.scripts.run('claim', jobId, [workerId, fence, leaseMs]);
    const reason = REFUSALS.find((refusal) => refusal === word);
    if (reason !== undefined) return { kind: 'refused', reason };
    assertApplied('claim', jobId, word);
    const job = parseJobRecord(pairUp(values[0]));
    return { kind: 'claimed', lease: { jobId, workerId, fence: job.fence }, job };
  }

  async heartbeat(lease: Lease, leaseMs: number): Promise<JobState> {
    const { values } = await this.#write('heartbeat', lease, [leaseMs]);
    return parseStored(JobState, values[0]);
  }

  async transition(lease: Lease, change: Parameters<JobStore['transition']>[1]): Promise<void> {
    await this.#write('transition', lease, [change.from, change.to, change.deadlineInMs ?? '']);
  }

  async appendEvents(lease: Lease, events: readonly JobEventBody[]): Promise<void> {
    const reserved = events.find((event) => RESERVED.has(event.type));
    if (reserved) {
      throw new DrydockError('internal_error', { details: { jobId: lease.jobId, reserved: reserved.type } });
    }
    if (events.length === 0) return;
    const args = events.flatMap((event) => [event.type, JSON.stringify(event.data)]);
    await this.#write('append-events', lease, args);
  }

  async putArtifact(lease: Lease, artifacts: ArtifactDigests): Promise<void> {
    await this.#write('put-artifacts', lease, Object.entries(artifacts).flat());
  }

  async commit(lease: Lease, { to, result, error, artifacts }: Commit): Promise<void> {
    const finished = JSON.stringify({ status: to, verified: result.verified, error });
    const errorText = error === null ? '' : JSON.stringify(error);
    const digests = Object.entries(artifacts).flat();
    await this.#write('commit', lease, [to, JSON.stringify(result), errorText, finished, ...digests]);
  }

  async readEvents(jobId: JobId, afterSeq: number, limit: number): Promise<readonly JobEvent[]> {
    const { connection, keys } = this.#deps;
    const from = `(${afterSeq}-0`;
    const entries = await connection.run((client) =>
      client.xrange(keys.events(jobId), from, '+', 'COUNT', limit),
    );
    return entries.map(([id, fields]) => parseEvent(id, fields));
  }

  async #write(name: ScriptName, lease: Lease, args: readonly (string | number)[]): Promise<ScriptReply> {
    const { jobId, workerId, fence } = lease;
    const reply = await this.#deps.scripts.run(name, jobId, [workerId, fence, ...args]);
    assertApplied(name, jobId, reply.word);
    return reply;
  }
}

/** Throws `lease_lost` for a stale writer, `internal_error` for a change that no caller may ask for. */
function assertApplied(script: ScriptName, jobId: JobId, word: string): void {
  if (word === 'ok') return;
  const details = { script, jobId, word };
  throw new DrydockError(word === 'lease_lost' ? 'lease_lost' : 'internal_error', { details });
}

function parseEvent(id: string, list: readonly string[]): JobEvent {
  const fields = pairUp(list);
  return parseStored(JobEvent, {
    seq: Number.parseInt(id, 10),
    type: fields['type'],
    at: toTime(fields['at']),
    attempt: Number(fields['attempt']),
    data: parseStoredJson(fields['data']),
  });
}

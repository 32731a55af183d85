import type {
  ArtifactDigests,
  AuditAction,
  AuditActor,
  AuditData,
  JobEventBody,
  JobId,
  JobRecord,
  JobSpec,
} from '@drydock/contracts';
import { JobEvent, JobId as JobIdSchema, JobState } from '@drydock/contracts';
import type {
  Cancellation,
  Claim,
  Commit,
  Heartbeat,
  IdempotentRequest,
  JobPage,
  JobQuery,
  JobStore,
  Lease,
  NewJob,
  SoFar,
} from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { JobScripts, ScriptName, ScriptReply } from './job-scripts.ts';
import type { Keys } from './keys.ts';
import { listJobs } from './list-jobs.ts';
import { assertAdmitted } from './assert-admitted.ts';
import { pairUp, parseJobRecord, toTime } from './parse-job-record.ts';
import { parseStored, parseStoredJson } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';
import { toSoFarArgs } from './so-far-args.ts';

const REFUSALS = ['not_found', 'not_queued', 'stale_message'] as const;
const CANCELLATIONS = ['requested', 'already_cancelled', 'already_finished', 'not_found'] as const;

/** Event types that scripts write themselves, with the change that they tell of. */
const RESERVED: ReadonlySet<JobEventBody['type']> = new Set(['job.state_changed', 'job.finished']);

/** A caller that its service does not name. */
const UNNAMED = 'unnamed';

/** What an accepted job has, before anything was done to it. */
const ACCEPTED = { state: 'queued', fence: '0', attempt: '0' };

export interface RedisJobStoreDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: JobScripts;
  /** Jobs that may wait; one more is refused. */
  readonly maxQueued: number;
}

/** The truth about jobs, in Redis. Every method throws `store_unavailable` within 3 s where Redis does not answer. */
export class RedisJobStore implements JobStore {
  readonly #deps: RedisJobStoreDeps;

  constructor(deps: RedisJobStoreDeps) {
    this.#deps = deps;
  }

  async assertRoom(jobId: JobId, request?: IdempotentRequest): Promise<void> {
    await this.#admit('admit', jobId, { request, args: [] });
  }

  async accept(jobId: JobId, spec: JobSpec, { request, soFar, by }: NewJob = {}): Promise<JobRecord> {
    const text = JSON.stringify(spec);
    const timeoutMs = spec.limits.timeout_seconds * 1_000;
    const source = 'digest' in spec.source ? spec.source.digest : '';
    const given = soFar === undefined ? [] : toSoFarArgs(soFar, soFar.artifacts);
    const args = [
      text,
      spec.kind,
      JSON.stringify(spec.labels),
      timeoutMs,
      source,
      ...toRecord(spec, by),
      spec.callback_url ?? '',
      spec.thread_id ?? '',
      ...given,
    ];
    const { word, values } = await this.#admit('accept', jobId, { request, args });
    if (word === 'mismatch') throw new DrydockError('idempotency_mismatch');
    if (word === 'replayed') return this.#findAccepted(parseStored(JobIdSchema, values[0]));
    assertApplied('accept', jobId, word);
    const [createdAt = '', deadlineAt = ''] = values.map(String);
    return parseJobRecord({ ...ACCEPTED, id: jobId, spec: text, createdAt, deadlineAt });
  }

  async find(jobId: JobId): Promise<JobRecord | undefined> {
    const { connection, keys } = this.#deps;
    const fields = await connection.run((client) => client.hgetall(keys.job(jobId)));
    return Object.keys(fields).length === 0 ? undefined : parseJobRecord(fields);
  }

  list(query: JobQuery): Promise<JobPage> {
    return listJobs(this.#deps, query);
  }

  async cancel(jobId: JobId, by?: AuditActor): Promise<Cancellation> {
    const { word } = await this.#deps.scripts.run('cancel', jobId, { args: [by?.id ?? UNNAMED] });
    const answer = CANCELLATIONS.find((cancellation) => cancellation === word);
    if (answer === undefined) assertApplied('cancel', jobId, word);
    return answer ?? 'not_found';
  }

  async claim(request: Parameters<JobStore['claim']>[0]): Promise<Claim> {
    const { jobId, fence, workerId, leaseMs } = request;
    const { word, values } = await this.#deps.scripts.run('claim', jobId, {
      args: [workerId, fence, leaseMs],
      keys: [this.#deps.keys.pace],
    });
    const reason = REFUSALS.find((refusal) => refusal === word);
    if (reason !== undefined) return { kind: 'refused', reason };
    assertApplied('claim', jobId, word);
    const job = parseJobRecord(pairUp(values[0]));
    return { kind: 'claimed', lease: { jobId, workerId, fence: job.fence }, job };
  }

  async heartbeat(lease: Lease, leaseMs: number): Promise<Heartbeat> {
    const { values } = await this.#write('heartbeat', lease, [leaseMs]);
    return { state: parseStored(JobState, values[0]), cancelRequested: values[1] === '1' };
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
    const { word } = await this.#run('append-events', lease, args);
    if (word !== 'left_out') assertApplied('append-events', lease.jobId, word);
  }

  async putArtifact(lease: Lease, artifacts: ArtifactDigests, soFar: SoFar = {}): Promise<void> {
    await this.#write('put-artifacts', lease, toSoFarArgs(soFar, artifacts));
  }

  async commit(
    lease: Lease,
    { to, result, error, artifacts }: Commit,
  ): Promise<'committed' | 'cancel_requested'> {
    const finished = JSON.stringify({ status: to, verified: result.verified, error });
    const errorText = error === null ? '' : JSON.stringify(error);
    const digests = Object.entries(artifacts).flat();
    const args = [to, JSON.stringify(result), errorText, finished, ...digests];
    const { word } = await this.#run('commit', lease, args);
    if (word === 'cancel_requested') return word;
    assertApplied('commit', lease.jobId, word);
    return 'committed';
  }

  async readEvents(jobId: JobId, afterSeq: number, limit: number): Promise<readonly JobEvent[]> {
    const { connection, keys } = this.#deps;
    const from = `(${afterSeq}-0`;
    const entries = await connection.run((client) =>
      client.xrange(keys.events(jobId), from, '+', 'COUNT', limit),
    );
    return entries.map(([id, fields]) => parseEvent(id, fields));
  }

  /** Runs a script that may refuse one more job. */
  async #admit(
    name: 'admit' | 'accept',
    jobId: JobId,
    { request, args }: { request: IdempotentRequest | undefined; args: readonly (string | number)[] },
  ): Promise<ScriptReply> {
    const { keys, scripts, maxQueued } = this.#deps;
    const reply = await scripts.run(name, jobId, {
      args: [maxQueued, request?.digest ?? '', ...args],
      keys: [keys.pace, ...(request ? [keys.request(request.key)] : [])],
    });
    assertAdmitted(reply);
    return reply;
  }

  async #write(name: ScriptName, lease: Lease, args: readonly (string | number)[]): Promise<ScriptReply> {
    const reply = await this.#run(name, lease, args);
    assertApplied(name, lease.jobId, reply.word);
    return reply;
  }

  #run(name: ScriptName, lease: Lease, args: readonly (string | number)[]): Promise<ScriptReply> {
    const { jobId, workerId, fence } = lease;
    return this.#deps.scripts.run(name, jobId, { args: [workerId, fence, ...args] });
  }

  /** A job as it was answered when it was accepted, whatever became of it. One removed just now is accepted anew. */
  async #findAccepted(jobId: JobId): Promise<JobRecord> {
    const { connection, keys } = this.#deps;
    const [spec, createdAt] = await connection.run((client) =>
      client.hmget(keys.job(jobId), 'spec', 'createdAt'),
    );
    if (!spec || !createdAt) throw new DrydockError('store_unavailable', { details: { jobId } });
    return parseJobRecord({ ...ACCEPTED, id: jobId, spec, createdAt });
  }
}

/** What the audit log says of a new job: who, which action, and what there is to say. */
function toRecord({ kind, tier, model, previous_job_id }: JobSpec, by?: AuditActor): readonly string[] {
  const data: AuditData = { kind, tier, model, ...(previous_job_id && { previous_job_id }) };
  const action: AuditAction = previous_job_id === undefined ? 'job.submitted' : 'job.continued';
  return [by?.id ?? UNNAMED, action, JSON.stringify(data)];
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

import type { Approval, ApprovalId, JobId } from '@drydock/contracts';
import { JobId as JobIdSchema } from '@drydock/contracts';
import type { ApprovalQuestion, ApprovalStore, Decided, DecisionBy, Lease } from '@drydock/core';
import { DrydockError } from '@drydock/core';
import type { JobScripts } from './job-scripts.ts';
import type { Keys } from './keys.ts';
import { parseApproval } from './parse-approval.ts';
import { parseStored } from './parse-stored.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Questions that one pass denies; the next one takes the rest. */
const SWEEP_LIMIT = 100;

export interface RedisApprovalStoreDeps {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: JobScripts;
}

/** Approvals in Redis, written by the scripts that own the job's state. */
export class RedisApprovalStore implements ApprovalStore {
  readonly #deps: RedisApprovalStoreDeps;

  constructor(deps: RedisApprovalStoreDeps) {
    this.#deps = deps;
  }

  async ask({ jobId, workerId, fence }: Lease, { id, request, ttlMs }: ApprovalQuestion): Promise<Approval> {
    const event = { approval_id: id, request, expires_in_seconds: ttlMs / 1_000 };
    const args = [workerId, fence, id, JSON.stringify(request), ttlMs, JSON.stringify(event)];
    const { word } = await this.#deps.scripts.run('ask-approval', jobId, { args });
    if (word !== 'ok') throw toRefusal(word, jobId);
    return this.#get(jobId, id);
  }

  async decide(jobId: JobId, approvalId: ApprovalId, decision: DecisionBy): Promise<Decided> {
    const status = decision.decision === 'approve' ? 'approved' : 'denied';
    const { reason = '', remember, by } = decision;
    const args = [approvalId, status, remember ? '1' : '', reason, by?.id ?? 'unnamed'];
    const { word } = await this.#deps.scripts.run('decide-approval', jobId, { args });
    if (word === 'not_found') return { kind: 'not_found' };
    const approval = await this.#get(jobId, approvalId);
    const isSame = approval.status === status && approval.remember === remember;
    return { kind: word === 'ok' || isSame ? 'decided' : 'over', approval };
  }

  async use({ jobId, workerId, fence }: Lease, approvalId: ApprovalId): Promise<boolean> {
    const args = [workerId, fence, approvalId];
    const { word } = await this.#deps.scripts.run('use-approval', jobId, { args });
    if (word === 'lease_lost') throw new DrydockError('lease_lost', { details: { jobId } });
    return word === 'ok';
  }

  async release({ jobId, workerId, fence }: Lease): Promise<'released' | 'decided'> {
    const { word } = await this.#deps.scripts.run('release-job', jobId, { args: [workerId, fence] });
    if (word === 'lease_lost') throw new DrydockError('lease_lost', { details: { jobId } });
    return word === 'ok' ? 'released' : 'decided';
  }

  async find(jobId: JobId, approvalId: ApprovalId): Promise<Approval | undefined> {
    return (await this.listOfJob(jobId)).find(({ id }) => id === approvalId);
  }

  async listOfJob(jobId: JobId): Promise<readonly Approval[]> {
    const { connection, keys } = this.#deps;
    const fields = await connection.run((client) => client.hgetall(keys.approvalsOf(jobId)));
    const ids = Object.keys(fields).filter((name) => !name.includes(':'));
    return ids.toSorted().map((id) => parseApproval(jobId, id, fields));
  }

  async listPending(limit: number): Promise<readonly Approval[]> {
    const { connection, keys } = this.#deps;
    const jobs = await connection.run((client) =>
      client.zrange(keys.approvals, '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, limit),
    );
    const lists = await Promise.all(jobs.map((job) => this.listOfJob(parseStored(JobIdSchema, job))));
    return lists.flatMap((list) => list.filter(({ status }) => status === 'pending'));
  }

  async expire(): Promise<number> {
    const pending = await this.#findExpired();
    let expired = 0;
    for (const { jobId, approvalId } of pending) {
      const args = [approvalId, 'expired', '', '', ''];
      const { word } = await this.#deps.scripts.run('decide-approval', jobId, { args });
      if (word === 'ok') expired += 1;
    }
    return expired;
  }

  /** By Redis's clock, as the script decides it again. */
  async #findExpired(): Promise<readonly { jobId: JobId; approvalId: ApprovalId }[]> {
    const { connection, keys } = this.#deps;
    const [seconds, microseconds] = await connection.run((client) => client.time());
    const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    const jobs = await connection.run((client) =>
      client.zrangebyscore(keys.approvals, '-inf', now, 'LIMIT', 0, SWEEP_LIMIT),
    );
    const lists = await Promise.all(jobs.map((job) => this.listOfJob(parseStored(JobIdSchema, job))));
    return lists.flatMap((list) =>
      list
        .filter(({ status }) => status === 'pending')
        .map(({ job_id: jobId, id: approvalId }) => ({ jobId, approvalId })),
    );
  }

  async #get(jobId: JobId, approvalId: ApprovalId): Promise<Approval> {
    const approval = await this.find(jobId, approvalId);
    if (approval === undefined) throw new DrydockError('internal_error', { details: { jobId, approvalId } });
    return approval;
  }
}

function toRefusal(word: string, jobId: JobId): DrydockError {
  const details = { jobId, word };
  switch (word) {
    case 'lease_lost':
    // The attempt's heartbeat is told of a cancellation too: this only keeps it from waiting.
    case 'cancel_requested':
      return new DrydockError('lease_lost', { details });
    case 'too_many':
      return new DrydockError('budget_exceeded', {
        message: 'The job asked for more approvals than a job may.',
      });
    default:
      return new DrydockError('internal_error', { details });
  }
}

import type {
  Approval,
  ApprovalDecisionRequest,
  ApprovalId,
  ArtifactJson,
  ArtifactName,
  ContinueRequest,
  FollowUpInput,
  JobEvent,
  JobId,
  JobRequestInput,
  MessageJson,
  UploadFormat,
} from '@drydock/contracts';
import { JobJson, UPLOAD_TYPES, UploadJson } from '@drydock/contracts';
import { createApprovalMethods } from './approval-methods.ts';
import { createArtifactMethods } from './artifact-methods.ts';
import type { AuditMethods } from './audit-methods.ts';
import { createAuditMethods } from './audit-methods.ts';
import type { ClientClock } from './client-clock.ts';
import { clientClock } from './client-clock.ts';
import type { ClientOptions } from './client-options.ts';
import { followEvents } from './follow-events.ts';
import type { JobFilter } from './list-jobs.ts';
import { listJobs } from './list-jobs.ts';
import { NEVER, pathOf } from './job-path.ts';
import { createMessageMethods } from './message-methods.ts';
import { parseAnswer } from './parse-answer.ts';
import { retry } from './retry.ts';
import type { SecretMethods } from './secret-methods.ts';
import { createSecretMethods } from './secret-methods.ts';
import type { Sender } from './send.ts';
import { createSender } from './send.ts';

/** The REST interface of Drydock. Every method throws ClientError, or the reason of its signal. */
export interface Client extends AuditMethods, SecretMethods {
  /**
   * Resolves when the job is on disk. Sent up to six times where the server is away: a key of its own makes the repeats
   * one job. With `previous_job_id` it follows that job; throws the problem `no_checkpoint` where it cannot.
   */
  submitJob(request: JobRequestInput | FollowUpInput, signal?: AbortSignal): Promise<JobJson>;
  /** Uploads an archive or a bundle, for the source of a job. A stream is sent as it is read, and not held. */
  upload(body: UploadBody, format: UploadFormat, signal?: AbortSignal): Promise<UploadJson>;
  getJob(jobId: JobId, signal?: AbortSignal): Promise<JobJson>;
  /** Jobs that pass the filter, newest first; pages are asked for as they are needed. */
  listJobs(filter?: JobFilter, signal?: AbortSignal): AsyncIterable<JobJson>;
  /** Resolves with the job that was, or will be, cancelled; throws the problem `job_finished` after any other end. */
  cancelJob(jobId: JobId, signal?: AbortSignal): Promise<JobJson>;
  /**
   * A new job that goes on where this one ended: same request, workspace and conversation, other limits and labels where
   * they are given. Throws the problem `no_checkpoint` where there is nothing to go on from. Repeated as `submitJob`.
   */
  continueJob(jobId: JobId, changes?: ContinueRequest, signal?: AbortSignal): Promise<JobJson>;
  /**
   * Writes to a job that runs: the model reads it before its next turn. Throws the problem `job_finished` or
   * `message_refused` where it would not. Repeated as `submitJob`.
   */
  sendMessage(jobId: JobId, text: string, signal?: AbortSignal): Promise<MessageJson>;
  /**
   * A new job that plays the recorded conversation of this one on the same tree, asks no model, and ends at the first
   * difference (`result.replay`). Throws the problem `no_recording`. Repeated as `submitJob`.
   */
  replayJob(jobId: JobId, signal?: AbortSignal): Promise<JobJson>;
  /** What waits for a person, of every job; most urgent first. */
  listPendingApprovals(signal?: AbortSignal): Promise<readonly Approval[]>;
  /** Safe to repeat; throws the problem `approval_over` where something else was first. */
  decideApproval(decision: ApprovalAnswer, signal?: AbortSignal): Promise<Approval>;
  listArtifacts(jobId: JobId, signal?: AbortSignal): Promise<readonly ArtifactJson[]>;
  /** Its bytes; throws the problem `not_ready` while it may still come. */
  getArtifact(jobId: JobId, name: ArtifactName, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * The patch as a unified diff; throws the problem `not_ready` until there is one. It is text: where files are not UTF-8,
   * the bytes to apply are those of the artifact `patch.diff`.
   */
  getPatch(jobId: JobId, signal?: AbortSignal): Promise<string>;
  /** Every event with `seq > afterSeq`, once and in order, until `job.finished`; survives lost connections. */
  followEvents(
    jobId: JobId,
    options?: { readonly afterSeq?: number },
    signal?: AbortSignal,
  ): AsyncIterable<JobEvent>;
  /** Resolves with the job when it has ended. */
  waitForJob(jobId: JobId, signal?: AbortSignal): Promise<JobJson>;
}

export interface ApprovalAnswer extends Pick<ApprovalDecisionRequest, 'decision' | 'reason'> {
  readonly jobId: JobId;
  readonly approvalId: ApprovalId;
  readonly remember?: boolean;
}

export type UploadBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

export function createClient(options: ClientOptions): Client {
  const { clock = clientClock } = options;
  const send = createSender(options);
  const accept = createAccept(send, clock);
  const getJob = async (jobId: JobId, signal = NEVER) =>
    parseAnswer(JobJson, await send(pathOf(jobId), {}, signal));
  const follow: Client['followEvents'] = (jobId, { afterSeq = 0 } = {}, signal = NEVER) =>
    followEvents(
      async (seq, streamSignal) => {
        const headers = { accept: 'text/event-stream', 'last-event-id': String(seq) };
        const response = await send(`${pathOf(jobId)}/events`, { headers, stream: true }, streamSignal);
        return response.status === 204 || response.body === null ? undefined : response.body;
      },
      { afterSeq, clock },
      signal,
    );
  return {
    ...createAuditMethods(send),
    ...createSecretMethods(send),
    submitJob: (request, signal = NEVER) => accept('/v1/jobs', request, signal),
    continueJob: (jobId, changes = {}, signal = NEVER) =>
      accept(`${pathOf(jobId)}/continue`, changes, signal),
    replayJob: (jobId, signal = NEVER) => accept(`${pathOf(jobId)}/replay`, {}, signal),
    upload: async (body, format, signal = NEVER) => {
      const headers = { 'content-type': UPLOAD_TYPES[format] };
      // As long as it takes: the server ends what stands still.
      const init = { method: 'POST', headers, body, stream: true };
      return parseAnswer(UploadJson, await send('/v1/uploads', init, signal));
    },
    getJob,
    listJobs: (filter = {}, signal = NEVER) => listJobs((path) => send(path, {}, signal), filter),
    cancelJob: async (jobId, signal = NEVER) =>
      parseAnswer(JobJson, await send(`${pathOf(jobId)}/cancel`, { method: 'POST' }, signal)),
    ...createMessageMethods(send, clock),
    ...createApprovalMethods(send),
    ...createArtifactMethods(send),
    followEvents: follow,
    waitForJob: async (jobId, signal = NEVER) => {
      for await (const event of follow(jobId, {}, signal)) if (event.type === 'job.finished') break;
      return getJob(jobId, signal);
    },
  };
}

/** Asks for a new job, with a key that makes the repeats one. */
function createAccept(send: Sender, clock: ClientClock) {
  return (path: string, body: object, signal: AbortSignal) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return retry(async () => parseAnswer(JobJson, await send(path, init, signal)), clock, signal);
  };
}

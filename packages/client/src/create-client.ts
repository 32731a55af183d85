import type { JobEvent, JobId, JobRequestInput } from '@drydock/contracts';
import { JobJson } from '@drydock/contracts';
import type { ClientClock } from './client-clock.ts';
import { clientClock } from './client-clock.ts';
import { ClientError, toClientError } from './client-error.ts';
import { followEvents } from './follow-events.ts';

export interface ClientOptions {
  /** Where the API answers, `http://127.0.0.1:8080` for example. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Per request; an event stream is bounded by its heartbeats instead. Default 30,000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: ClientClock;
}

/** The REST interface of Drydock. Every method throws ClientError, or the reason of its signal. */
export interface Client {
  /** Resolves when the job is on disk. Not repeated by itself: a repeat would be a second job. */
  submitJob(request: JobRequestInput, signal?: AbortSignal): Promise<JobJson>;
  getJob(jobId: JobId, signal?: AbortSignal): Promise<JobJson>;
  /** The patch as a unified diff; throws the problem `not_ready` until there is one. */
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

const NEVER = new AbortController().signal;
const TIMEOUT_MS = 30_000;

export function createClient(options: ClientOptions): Client {
  const send = createSender(options);
  const getJob = async (jobId: JobId, signal = NEVER) => readJob(await send(pathOf(jobId), {}, signal));
  const follow: Client['followEvents'] = (jobId, { afterSeq = 0 } = {}, signal = NEVER) =>
    followEvents(
      async (seq, streamSignal) => {
        const headers = { accept: 'text/event-stream', 'last-event-id': String(seq) };
        const response = await send(`${pathOf(jobId)}/events`, { headers, stream: true }, streamSignal);
        return response.status === 204 || response.body === null ? undefined : response.body;
      },
      { afterSeq, clock: options.clock ?? clientClock },
      signal,
    );
  return {
    submitJob: async (request, signal = NEVER) => {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(request) };
      return readJob(await send('/v1/jobs', init, signal));
    },
    getJob,
    getPatch: async (jobId, signal = NEVER) => {
      const response = await send(`${pathOf(jobId)}/patch`, {}, signal);
      return response.text();
    },
    followEvents: follow,
    waitForJob: async (jobId, signal = NEVER) => {
      for await (const event of follow(jobId, {}, signal)) if (event.type === 'job.finished') break;
      return getJob(jobId, signal);
    },
  };
}

interface Send {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Without the deadline of a request: what is answered stays open. */
  readonly stream?: boolean;
}

function createSender(options: ClientOptions) {
  const { apiKey, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  return async (path: string, { stream, headers, ...init }: Send, signal: AbortSignal): Promise<Response> => {
    const deadline = stream ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(baseUrl + path, {
      ...init,
      headers: { ...headers, authorization: `Bearer ${apiKey}` },
      // A redirect would carry the key to where the caller did not send it.
      redirect: 'error',
      signal: deadline,
    }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new ClientError('The server could not be reached.', { status: 0, cause });
    });
    if (!response.ok) throw await toClientError(response);
    return response;
  };
}

async function readJob(response: Response): Promise<JobJson> {
  const job = JobJson.safeParse(await response.json());
  if (job.success) return job.data;
  throw new ClientError('The server answered with a job that is none.', {
    status: response.status,
    cause: job.error,
  });
}

const pathOf = (jobId: JobId) => `/v1/jobs/${encodeURIComponent(jobId)}`;

import type { Clock, ModelGateway, ModelRequest, ModelTurn } from '@drydock/core';
import OpenAI from 'openai';
import type {
  ResponseCreateParamsStreaming,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { createCappedFetch } from './capped-fetch.ts';
import { explainFailure, explainServerFailure } from './explain-failure.ts';
import type { ExplainOptions } from './explain-failure.ts';
import type { WireAnswer } from './from-wire.ts';
import { fromWire } from './from-wire.ts';
import { IdleDeadline } from './idle-deadline.ts';
import type { Attempted } from './retry.ts';
import { retry } from './retry.ts';
import { ignoresTemperature, toWire } from './to-wire.ts';

export interface OpenAiResponsesOptions {
  /** Base address with its version; absent: OpenAI's own, `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  /** Absent for a server that asks for none. */
  readonly apiKey?: string | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** A stream that is silent for so long is given up and tried again, milliseconds; 120,000 unless told. */
  readonly idleTimeoutMs?: number;
}

type Finished = Extract<ResponseStreamEvent, { type: 'response.completed' | 'response.incomplete' }>;
type Failed = Extract<ResponseStreamEvent, { type: 'response.failed' | 'error' }>;

const OPENAI_BASE_URL = 'https://api.openai.com/v1';
const IDLE_TIMEOUT_MS = 120_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** The SDK's own timeout only guards the time to the headers; the idle deadline is always shorter. */
const SDK_TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/** The model port over the Responses API, streaming. The only user of the `openai` SDK. */
export class OpenAiResponses implements ModelGateway {
  readonly #client: OpenAI;
  readonly #options: OpenAiResponsesOptions;

  constructor(options: OpenAiResponsesOptions) {
    this.#options = options;
    this.#client = createClient(options);
  }

  async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelTurn> {
    const body = toWire(request);
    const answer = await retry(() => this.#attempt(body, signal), this.#options, signal);
    return { ...fromWire(answer), temperatureIgnored: ignoresTemperature(request) };
  }

  async #attempt(body: ResponseCreateParamsStreaming, signal: AbortSignal): Promise<Attempted<WireAnswer>> {
    using idle = new IdleDeadline(this.#options.clock, this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS);
    try {
      const attempted = await this.#stream(body, idle, signal);
      if (attempted !== undefined) return attempted;
    } catch (error) {
      signal.throwIfAborted();
      if (!idle.signal.aborted) return explainFailure(error, this.#explaining());
    }
    // An aborted stream ends without an error in the SDK, so who ended it is asked here.
    signal.throwIfAborted();
    const reason = idle.signal.aborted
      ? 'it fell silent'
      : 'the stream broke off before the answer was complete';
    return { kind: 'transient', reason };
  }

  /** Undefined where the stream ends without the server's last word. */
  async #stream(
    body: ResponseCreateParamsStreaming,
    idle: IdleDeadline,
    signal: AbortSignal,
  ): Promise<Attempted<WireAnswer> | undefined> {
    const events = await this.#client.responses.create(body, {
      signal: AbortSignal.any([signal, idle.signal]),
    });
    const output: ResponseOutputItem[] = [];
    for await (const event of events) {
      idle.touch();
      if (event.type === 'response.output_item.done') output.push(event.item);
      if (isFailed(event)) return explainServerFailure(readFailure(event), this.#explaining());
      if (isFinished(event)) return { kind: 'done', value: toAnswer(event, output) };
    }
    return undefined;
  }

  #explaining(): ExplainOptions {
    return { apiKey: this.#options.apiKey, nowMs: this.#options.clock.now() };
  }
}

/** Everything the SDK would take from the environment is set here, so that only this process's config counts. */
function createClient({ baseUrl, apiKey }: OpenAiResponsesOptions): OpenAI {
  return new OpenAI({
    baseURL: baseUrl ?? OPENAI_BASE_URL,
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    fetch: createCappedFetch(MAX_ANSWER_BYTES),
    // A redirected request would carry the caller's code to a place that nobody configured.
    fetchOptions: { redirect: 'manual' },
    ...(apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
  });
}

const isFinished = (event: ResponseStreamEvent): event is Finished =>
  event.type === 'response.completed' || event.type === 'response.incomplete';

const isFailed = (event: ResponseStreamEvent): event is Failed =>
  event.type === 'response.failed' || event.type === 'error';

function readFailure(event: Failed): { code?: string | null | undefined; message: string } {
  const failure = event.type === 'error' ? event : event.response.error;
  return { code: failure?.code, message: failure?.message ?? 'no reason was given' };
}

/** Items count when they are marked as done; some servers only list them in the last event. */
function toAnswer({ response }: Finished, done: readonly ResponseOutputItem[]): WireAnswer {
  return { response, output: done.length > 0 ? done : response.output };
}

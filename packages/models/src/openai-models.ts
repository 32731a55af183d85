import type { Usage } from '@drydock/contracts';
import type { Clock, ModelGateway, ModelProfile, ModelRequest, ModelTurn } from '@drydock/core';
import { BYTES_PER_TOKEN, DrydockError, NO_USAGE, costOf } from '@drydock/core';
import type { BreakerState } from './breaker.ts';
import { Breaker } from './breaker.ts';
import { findNotTaken } from './call-parameters.ts';
import { ChatWire } from './chat-wire.ts';
import type { ModelServer } from './create-client.ts';
import { createClient } from './create-client.ts';
import type { ModelTable } from './model-table.ts';
import { ResponsesWire } from './responses-wire.ts';
import type { TransientCode } from './retry.ts';
import { retry } from './retry.ts';
import type { Wire, WireCall, WireTurn } from './wire.ts';

export const MODEL_APIS = ['responses', 'chat', 'auto'] as const;
export type ModelApi = (typeof MODEL_APIS)[number];

export interface OpenAiModelsOptions extends ModelServer {
  readonly table: ModelTable;
  /** `auto` unless told: what the table says of a model, or else Responses, or else Chat Completions. */
  readonly api?: ModelApi;
  readonly clock: Clock;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** A stream that is silent for so long is given up and tried again, milliseconds; 120,000 unless told. */
  readonly idleTimeoutMs?: number;
  /** Failures in a row after which the server is left alone for a while. */
  readonly maxFailures?: number;
  readonly onRetry?: (code: TransientCode) => void;
  readonly onBreaker?: (state: BreakerState) => void;
}

const IDLE_TIMEOUT_MS = 120_000;

/** The model port over an OpenAI-compatible server, with either of its APIs. The only user of the `openai` SDK. */
export class OpenAiModels implements ModelGateway {
  readonly #options: OpenAiModelsOptions;
  readonly #wires: Readonly<Record<Exclude<ModelApi, 'auto'>, Wire>>;
  readonly #breaker: Breaker;
  /** What a server without a table entry turned out to have. */
  #found: 'responses' | 'chat' | undefined;

  constructor(options: OpenAiModelsOptions) {
    this.#options = options;
    const { apiKey, clock, random, maxFailures, onBreaker, idleTimeoutMs = IDLE_TIMEOUT_MS } = options;
    const wire = { client: createClient(options), apiKey, clock, idleTimeoutMs };
    this.#wires = { responses: new ResponsesWire(wire), chat: new ChatWire(wire) };
    this.#breaker = new Breaker({
      clock,
      random,
      ...(maxFailures === undefined ? {} : { maxFailures }),
      ...(onBreaker === undefined ? {} : { onState: onBreaker }),
    });
  }

  describe(model: string): ModelProfile {
    return this.#options.table.describe(model);
  }

  async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelTurn> {
    const call = { request, capabilities: this.#options.table.capabilitiesOf(request.model) };
    const turn = await this.#completeOnSomeWire(call, signal);
    const usage = turn.usage ?? estimateUsage(request, turn);
    const { price } = this.describe(request.model);
    return {
      ...turn,
      usage: { ...usage, cost_usd: price === undefined ? null : costOf(usage, price) },
      usageEstimated: turn.usage === undefined,
      notTaken: findNotTaken(call),
    };
  }

  /** A server without the Responses API is asked over Chat Completions, from then on. */
  async #completeOnSomeWire(call: WireCall, signal: AbortSignal): Promise<WireTurn> {
    const { api = 'auto' } = this.#options;
    if (api !== 'auto') return this.#completeOn(api, call, signal);
    const first = this.#found === 'chat' ? 'chat' : call.capabilities.api;
    try {
      const turn = await this.#completeOn(first, call, signal);
      if (first === 'responses') this.#found = first;
      return turn;
    } catch (error) {
      if (first === 'chat' || this.#found === 'responses' || !isEndpointMissing(error)) throw error;
      const turn = await this.#completeOn('chat', call, signal);
      this.#found = 'chat';
      return turn;
    }
  }

  #completeOn(api: Exclude<ModelApi, 'auto'>, call: WireCall, signal: AbortSignal): Promise<WireTurn> {
    const { clock, random, onRetry } = this.#options;
    const { deadlineAt } = call.request;
    const attempt = () => this.#wires[api].attempt(call, signal);
    return retry(
      () => this.#breaker.run(attempt, deadlineAt, signal),
      { clock, random, deadlineAt, ...(onRetry === undefined ? {} : { onRetry }) },
      signal,
    );
  }
}

/** 404 and 405 without the word that it is the model which is missing. */
function isEndpointMissing(error: unknown): boolean {
  if (!(error instanceof DrydockError) || error.code !== 'model_not_found') return false;
  const { status, code } = error.details;
  return (status === 404 || status === 405) && code !== 'model_not_found';
}

/** By bytes, rather too much: budgets hold for servers that count nothing, too. */
function estimateUsage({ instructions, tools, transcript }: ModelRequest, { items }: WireTurn): Usage {
  const toTokens = (value: unknown): number =>
    Math.ceil(Buffer.byteLength(JSON.stringify(value)) / BYTES_PER_TOKEN);
  return {
    ...NO_USAGE,
    input_tokens: toTokens([instructions, tools, transcript]),
    output_tokens: toTokens(items),
  };
}

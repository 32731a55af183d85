import type { JobSpec, ToolDefinition, TranscriptItem } from '@drydock/contracts';
import type { LimitKind, ModelGateway, ModelRequest, ModelTurn } from '@drydock/core';
import type { EventSink } from '../attempt/event-sink.ts';
import type { Spending } from './spending.ts';

/** Codex models answer best when nothing is left to chance; models that take no temperature are not sent one. */
const DEFAULT_TEMPERATURE = 0.2;

/** What the agent says of a call: the same bytes in every turn of a stage, so that servers find them in their cache. */
export interface CallPrefix {
  readonly instructions: string;
  readonly tools: readonly ToolDefinition[];
}

export type CallResult =
  /** `charge` is called once, when what came before it is saved: no checkpoint has the cost of a turn that it lacks. */
  | { readonly kind: 'answered'; readonly turn: ModelTurn; readonly charge: () => void }
  | { readonly kind: 'exhausted'; readonly limit: LimitKind };

export interface ModelCallerOptions {
  readonly spec: Pick<JobSpec, 'model' | 'max_tokens' | 'temperature'>;
  readonly cacheKey: string;
  readonly models: Pick<ModelGateway, 'complete'>;
  readonly spending: Spending;
  readonly events: Pick<EventSink, 'emit'>;
  /** Epoch milliseconds; read whenever it is needed, because it moves while a person is asked. */
  readonly deadlineAt: number;
  /** Told of every call that was answered. */
  readonly onTurn: (turn: ModelTurn, request: ModelRequest) => void;
}

/** Makes the model calls of one attempt, within its budget. */
export class ModelCaller {
  readonly #options: ModelCallerOptions;

  constructor(options: ModelCallerOptions) {
    this.#options = options;
  }

  /** The limit that forbids another call, however small it is. */
  exceededLimit(): LimitKind | undefined {
    return this.#options.spending.exceededLimit();
  }

  /** About how many tokens a call would send. */
  estimate(prefix: CallPrefix, transcript: readonly TranscriptItem[]): number {
    return this.#options.spending.estimate({ ...prefix, transcript });
  }

  /** The answer still has to be charged. Throws `model_*` errors. */
  async ask(
    prefix: CallPrefix,
    transcript: readonly TranscriptItem[],
    signal: AbortSignal,
  ): Promise<CallResult> {
    const { models, spending } = this.#options;
    const planned = spending.plan(this.#toRequest(prefix, transcript));
    if (planned.kind === 'exhausted') return planned;
    const turn = await models.complete(planned.request, signal);
    return { kind: 'answered', turn, charge: () => this.#charge(planned.request, turn) };
  }

  #charge(request: ModelRequest, turn: ModelTurn): void {
    const { spending, onTurn } = this.#options;
    spending.charge(request, turn.usage);
    onTurn(turn, request);
    this.#tellUsage(turn);
  }

  #toRequest({ instructions, tools }: CallPrefix, transcript: readonly TranscriptItem[]): ModelRequest {
    const { spec, cacheKey, deadlineAt } = this.#options;
    return {
      model: spec.model,
      instructions,
      transcript,
      tools,
      maxOutputTokens: spec.max_tokens,
      temperature: spec.temperature ?? DEFAULT_TEMPERATURE,
      cacheKey,
      deadlineAt,
    };
  }

  #tellUsage({ usage }: ModelTurn): void {
    const { turns, usage: total } = this.#options.spending;
    this.#options.events.emit({ type: 'usage.charged', data: { turn: turns, usage, total } });
  }
}

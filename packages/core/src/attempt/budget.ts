import type { JobLimits, Usage } from '@drydock/contracts';
import type { ModelPrice } from '../model-ports.ts';
import { ratesFor, roundCost } from './cost-of.ts';

/** The limits that end an attempt by what it has used. Time is a deadline, not a budget. */
export type LimitKind = 'max_turns' | 'max_tokens_total' | 'max_cost_usd';

export const NO_USAGE: Usage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: 0,
};

/** One call of unknown cost makes the sum unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  const costs = [a.cost_usd ?? null, b.cost_usd ?? null];
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
    cost_usd: costs.includes(null) ? null : roundCost((a.cost_usd ?? 0) + (b.cost_usd ?? 0)),
  };
}

/** A model call before it is made. */
export interface PlannedCall {
  /** About, and rather too many. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  readonly price: ModelPrice | undefined;
}

export type CallDecision =
  /** It may be made with this many output tokens, which can be fewer than planned. */
  | { readonly kind: 'allowed'; readonly maxOutputTokens: number }
  | { readonly kind: 'exhausted'; readonly limit: LimitKind }
  /** There is a limit of cost, and nobody knows what this would cost, or what was used did. */
  | { readonly kind: 'price_unknown' };

/** Model servers refuse to answer with fewer, and nothing can be said in them. */
const MIN_OUTPUT_TOKENS = 16;

/** What a job has used so far. Held by the worker: the agent process cannot reach it. */
export class Budget {
  readonly #limits: Pick<JobLimits, LimitKind>;
  #turns = 0;
  #usage: Usage = NO_USAGE;

  constructor(limits: Pick<JobLimits, LimitKind>) {
    this.#limits = limits;
  }

  /** Takes over what earlier attempts of the job have used: a lost attempt is not free. */
  resume(used: { readonly turns: number; readonly usage: Usage }): void {
    this.#turns = used.turns;
    this.#usage = used.usage;
  }

  get turns(): number {
    return this.#turns;
  }

  get usage(): Usage {
    return this.#usage;
  }

  /** Counts a turn before its model call is made, so that calls which fail are not free. */
  startTurn(): void {
    this.#turns += 1;
  }

  /** Adds what a model call used. Reasoning tokens are part of output tokens, as the model API reports them. */
  charge(usage: Usage): void {
    this.#usage = addUsage(this.#usage, usage);
  }

  /** The limit that forbids another model call, however small it is. */
  exceededLimit(): LimitKind | undefined {
    if (this.#turns >= this.#limits.max_turns) return 'max_turns';
    if (this.#tokensLeft() <= 0) return 'max_tokens_total';
    const { max_cost_usd: maxCost = Infinity } = this.#limits;
    return (this.#usage.cost_usd ?? 0) >= maxCost ? 'max_cost_usd' : undefined;
  }

  /**
   * What of a call fits into the budget, so that it ends before it is passed: the input at its full price, cached or
   * not, and as many output tokens as are left after it.
   */
  decideCall({ inputTokens, maxOutputTokens, price }: PlannedCall): CallDecision {
    const exceeded = this.exceededLimit();
    if (exceeded !== undefined) return { kind: 'exhausted', limit: exceeded };
    const affordable = this.#affordableOutput(inputTokens, price);
    if (affordable === undefined) return { kind: 'price_unknown' };
    const needed = Math.min(maxOutputTokens, MIN_OUTPUT_TOKENS);
    if (affordable < needed) return { kind: 'exhausted', limit: 'max_cost_usd' };
    const fitting = this.#tokensLeft() - inputTokens;
    if (fitting < needed) return { kind: 'exhausted', limit: 'max_tokens_total' };
    return { kind: 'allowed', maxOutputTokens: Math.min(maxOutputTokens, affordable, fitting) };
  }

  #tokensLeft(): number {
    return this.#limits.max_tokens_total - this.#usage.input_tokens - this.#usage.output_tokens;
  }

  /** Output tokens that the money is enough for, after the input; undefined where that cannot be known. */
  #affordableOutput(inputTokens: number, price: ModelPrice | undefined): number | undefined {
    const { max_cost_usd: maxCost } = this.#limits;
    if (maxCost === undefined) return Infinity;
    const used = this.#usage.cost_usd ?? null;
    if (price === undefined || used === null) return undefined;
    const rates = ratesFor(price, inputTokens);
    const left = (maxCost - used) * 1_000_000 - inputTokens * rates.input;
    if (left < 0) return -1;
    return rates.output === 0 ? Infinity : Math.floor(left / rates.output);
  }
}

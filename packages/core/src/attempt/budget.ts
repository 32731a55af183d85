import type { JobLimits, Usage } from '@drydock/contracts';

/** The limits that end an attempt by what it has used. Time is a deadline, not a budget. */
export type LimitKind = 'max_turns' | 'max_tokens_total';

export const NO_USAGE: Usage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
};

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
  };
}

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

  /** The limit that forbids another model call, asked before the call is made. */
  exceededLimit(): LimitKind | undefined {
    if (this.#turns >= this.#limits.max_turns) return 'max_turns';
    const tokens = this.#usage.input_tokens + this.#usage.output_tokens;
    return tokens >= this.#limits.max_tokens_total ? 'max_tokens_total' : undefined;
  }
}

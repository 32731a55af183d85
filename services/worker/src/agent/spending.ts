import type { Usage } from '@drydock/contracts';
import type { Budget, LimitKind, ModelGateway, ModelRequest } from '@drydock/core';
import { DrydockError, InputEstimate } from '@drydock/core';

export type PlannedRequest =
  | { readonly kind: 'allowed'; readonly request: ModelRequest }
  | { readonly kind: 'exhausted'; readonly limit: LimitKind };

/** What the model calls of one attempt use of its budget, and what the next one may. */
export class Spending {
  readonly #budget: Budget;
  readonly #models: Pick<ModelGateway, 'describe'>;
  readonly #estimate = new InputEstimate();

  constructor(budget: Budget, models: Pick<ModelGateway, 'describe'>) {
    this.#budget = budget;
    this.#models = models;
  }

  get turns(): number {
    return this.#budget.turns;
  }

  get usage(): Usage {
    return this.#budget.usage;
  }

  exceededLimit(): LimitKind | undefined {
    return this.#budget.exceededLimit();
  }

  /** About how many input tokens a call would have. */
  estimate(request: Pick<ModelRequest, 'instructions' | 'tools' | 'transcript'>): number {
    return this.#estimate.next(request);
  }

  /**
   * Begins a turn with as many output tokens as the budget has left. Throws `model_price_unknown` where the job limits
   * its cost and nobody knows what the model's is: a limit that cannot be kept is not taken for kept.
   */
  plan(request: ModelRequest): PlannedRequest {
    const { price } = this.#models.describe(request.model);
    const { maxOutputTokens } = request;
    const inputTokens = this.#estimate.next(request);
    const decision = this.#budget.decideCall({ inputTokens, maxOutputTokens, price });
    switch (decision.kind) {
      case 'exhausted':
        return decision;
      case 'price_unknown':
        throw new DrydockError('model_price_unknown', {
          message: `limits.max_cost_usd cannot be kept: no price of ${request.model} is known.`,
        });
      case 'allowed':
        this.#budget.startTurn();
        return { kind: 'allowed', request: { ...request, maxOutputTokens: decision.maxOutputTokens } };
    }
  }

  charge(request: ModelRequest, usage: Usage): void {
    this.#estimate.learn(request, usage);
    this.#budget.charge(usage);
  }
}

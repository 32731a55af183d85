import type { Usage } from '@drydock/contracts';
import type { ModelPrice, TokenRates } from '../model-ports.ts';

const MILLION = 1_000_000;
/** A billionth of a dollar: sums stay readable, and far below what anybody bills. */
const NANO = 1e9;

/** What a call costs, US dollars. Cached input is part of input, reasoning of output. */
export function costOf(usage: Usage, price: ModelPrice): number {
  const rates = ratesFor(price, usage.input_tokens);
  const cached = Math.min(usage.cached_input_tokens, usage.input_tokens);
  const fresh = usage.input_tokens - cached;
  const cost = fresh * rates.input + cached * rates.cachedInput + usage.output_tokens * rates.output;
  return roundCost(cost / MILLION);
}

/** The rates that count for a call: they are higher where its input is long. */
export function ratesFor(price: ModelPrice, inputTokens: number): TokenRates {
  const { longContext } = price;
  return longContext !== undefined && inputTokens > longContext.aboveInputTokens ? longContext : price;
}

export const roundCost = (dollars: number): number => Math.round(dollars * NANO) / NANO;

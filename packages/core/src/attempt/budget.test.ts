import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { costOf } from './cost-of.ts';

const usage = (input: number, output: number) => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: output,
  reasoning_tokens: 0,
  cost_usd: 0,
});
const PRICE = { input: 2, cachedInput: 0.2, output: 10 };
const MILLION = 1_000_000;

describe('Budget', () => {
  it('counts a turn when it starts: a call that fails is not free', () => {
    const budget = new Budget({ max_turns: 2, max_tokens_total: 1_000 });
    budget.startTurn();
    expect(budget.exceededLimit()).toBeUndefined();
    budget.startTurn();
    expect(budget.exceededLimit()).toBe('max_turns');
  });

  it('goes on from what earlier attempts have used', () => {
    const budget = new Budget({ max_turns: 3, max_tokens_total: 100 });
    budget.resume({ turns: 2, usage: usage(50, 10) });
    budget.startTurn();
    budget.charge(usage(1, 1));
    expect([budget.turns, budget.usage, budget.exceededLimit()]).toEqual([3, usage(51, 11), 'max_turns']);
  });

  it('counts input and output tokens together', () => {
    const budget = new Budget({ max_turns: 10, max_tokens_total: 100 });
    budget.charge(usage(60, 39));
    expect(budget.exceededLimit()).toBeUndefined();
    budget.charge(usage(0, 1));
    expect(budget.exceededLimit()).toBe('max_tokens_total');
  });

  it('does not know what a job costs once a call of unknown cost was made', () => {
    const budget = new Budget({ max_turns: 10, max_tokens_total: 100 });
    budget.charge({ ...usage(1, 1), cost_usd: null });
    budget.charge(usage(1, 1));
    expect(budget.usage.cost_usd).toBeNull();
  });
});

describe('a call before it is made', () => {
  const decide = (limits: object, call: object, used: object = {}) => {
    const budget = new Budget({ max_turns: 10, max_tokens_total: MILLION, ...limits });
    budget.charge({ ...usage(0, 0), ...used });
    return budget.decideCall({ inputTokens: 1_000, maxOutputTokens: 4_000, price: PRICE, ...call });
  };
  const allowed = (maxOutputTokens: number) => ({ kind: 'allowed', maxOutputTokens });
  const exhausted = (limit: string) => ({ kind: 'exhausted', limit });

  it.each([
    ['is made as planned where nothing is near', {}, {}, {}, allowed(4_000)],
    ['is made shorter where few tokens are left', { max_tokens_total: 3_000 }, {}, {}, allowed(2_000)],
    ['counts what was used', { max_tokens_total: 3_000 }, {}, usage(500, 500), allowed(1_000)],
    [
      'is not made where only the input fits',
      { max_tokens_total: 1_015 },
      {},
      {},
      exhausted('max_tokens_total'),
    ],
    ['is made with the least that servers take', { max_tokens_total: 1_016 }, {}, {}, allowed(16)],
    [
      'is made with what was asked, if that is less',
      { max_tokens_total: 1_001 },
      { maxOutputTokens: 1 },
      {},
      allowed(1),
    ],
    ['is made shorter where little money is left', { max_cost_usd: 0.012 }, {}, {}, allowed(1_000)],
    ['counts what was paid', { max_cost_usd: 0.02 }, {}, { cost_usd: 0.008 }, allowed(1_000)],
    [
      'is not made where the money ends in the input',
      { max_cost_usd: 0.001 },
      {},
      {},
      exhausted('max_cost_usd'),
    ],
    [
      'is not made where the money is spent',
      { max_cost_usd: 1 },
      {},
      { cost_usd: 1 },
      exhausted('max_cost_usd'),
    ],
    [
      'costs nothing where nothing has a price',
      { max_cost_usd: 1 },
      { price: { input: 0, cachedInput: 0, output: 0 } },
      {},
      allowed(4_000),
    ],
    ['needs no price where cost has no limit', {}, { price: undefined }, { cost_usd: null }, allowed(4_000)],
    [
      'is not made without a price where cost has a limit',
      { max_cost_usd: 1 },
      { price: undefined },
      {},
      { kind: 'price_unknown' },
    ],
    [
      'is not made where what was used has no known cost',
      { max_cost_usd: 1 },
      {},
      { cost_usd: null },
      { kind: 'price_unknown' },
    ],
    ['is not made after the last turn', { max_turns: 0 }, {}, {}, exhausted('max_turns')],
  ])('%s', (_what, limits, call, used, decision) => {
    expect(decide(limits, call, used)).toEqual(decision);
  });

  it('pays the price of a long context where its input is long', () => {
    const price = { ...PRICE, longContext: { aboveInputTokens: 999, input: 4, cachedInput: 1, output: 16 } };
    expect(decide({ max_cost_usd: 0.02 }, { price })).toEqual(allowed(1_000));
  });

  it('never lets a job pass a limit, whatever is asked, while a server keeps to what it was allowed', () => {
    const call = fc.record({
      inputTokens: fc.nat(20_000),
      cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      outputShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const limits = { max_turns: 1_000, max_tokens_total: 100_000, max_cost_usd: 0.5 };
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (calls) => {
        const budget = new Budget(limits);
        for (const { inputTokens, cachedShare, outputShare } of calls) {
          const decision = budget.decideCall({ inputTokens, maxOutputTokens: 8_192, price: PRICE });
          if (decision.kind !== 'allowed') continue;
          const tokens = {
            ...usage(inputTokens, Math.floor(decision.maxOutputTokens * outputShare)),
            cached_input_tokens: Math.floor(inputTokens * cachedShare),
          };
          budget.charge({ ...tokens, cost_usd: costOf(tokens, PRICE) });
        }
        const { input_tokens: input, output_tokens: output, cost_usd: cost } = budget.usage;
        expect(input + output).toBeLessThanOrEqual(limits.max_tokens_total);
        expect(cost).toBeLessThanOrEqual(limits.max_cost_usd);
      }),
    );
  });
});

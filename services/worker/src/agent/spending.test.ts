import type { ModelProfile, ModelRequest } from '@drydock/core';
import { Budget } from '@drydock/core';
import { expect, test } from 'vitest';
import { Spending } from './spending.ts';

const REQUEST: ModelRequest = {
  model: 'm',
  instructions: 'Be exact.',
  transcript: [{ type: 'message', role: 'user', text: 'x'.repeat(2_910) }],
  tools: [],
  maxOutputTokens: 4_096,
  cacheKey: 'job',
};
const USAGE = {
  input_tokens: 700,
  cached_input_tokens: 0,
  output_tokens: 100,
  reasoning_tokens: 0,
  cost_usd: 0.01,
};
const PRICE = { input: 1, cachedInput: 0.1, output: 10 };

function spend(limits: object, price?: ModelProfile['price']) {
  const budget = new Budget({ max_turns: 5, max_tokens_total: 100_000, ...limits });
  const profile = { freeformTools: true, parallelTools: true, vision: false, reasoningEfforts: [] };
  const describe = () => ({ ...profile, ...(price === undefined ? {} : { price }) });
  return { budget, spending: new Spending(budget, { describe }) };
}

test('a call is planned with what it may say, and counts as a turn', () => {
  const { budget, spending } = spend({});
  expect(spending.plan(REQUEST)).toEqual({ kind: 'allowed', request: REQUEST });
  expect(budget.turns).toBe(1);
});

test('a call is made shorter where the budget ends in it', () => {
  const { spending } = spend({ max_tokens_total: 2_000 });
  const planned = spending.plan(REQUEST);
  expect(planned).toMatchObject({
    kind: 'allowed',
    request: { maxOutputTokens: expect.any(Number) as number },
  });
  if (planned.kind !== 'allowed') return;
  expect(planned.request.maxOutputTokens).toBeLessThan(1_050);
  expect(planned.request.maxOutputTokens).toBeGreaterThan(900);
});

test('a call that does not fit any more is not made and is no turn', () => {
  const { budget, spending } = spend({ max_cost_usd: 0.02 }, PRICE);
  expect(spending.plan(REQUEST)).toMatchObject({ kind: 'allowed' });
  spending.charge(REQUEST, { ...USAGE, cost_usd: 0.0191 });
  const transcript = [...REQUEST.transcript, { type: 'message' as const, role: 'user' as const, text: 'on' }];
  expect(spending.plan({ ...REQUEST, transcript })).toEqual({ kind: 'exhausted', limit: 'max_cost_usd' });
  expect(budget.turns).toBe(1);
});

test('a limit of cost is refused for a model without a price, before it is asked anything', () => {
  const { budget, spending } = spend({ max_cost_usd: 5 });
  expect(() => spending.plan(REQUEST)).toThrow(expect.objectContaining({ code: 'model_price_unknown' }));
  expect(budget.turns).toBe(0);
});

test('the input of the next call is what the server counted, and what came since', () => {
  const { spending } = spend({ max_tokens_total: 1_700 });
  spending.charge(REQUEST, USAGE);
  expect(spending.plan(REQUEST)).toMatchObject({ request: { maxOutputTokens: 100 } });
});

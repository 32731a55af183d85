import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

const usage = (input: number, output: number) => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: output,
  reasoning_tokens: 0,
});

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
});

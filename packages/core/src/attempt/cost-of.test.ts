import { expect, test } from 'vitest';
import { costOf } from './cost-of.ts';

const PRICE = {
  input: 1.75,
  cachedInput: 0.175,
  output: 14,
  longContext: { aboveInputTokens: 272_000, input: 3.5, cachedInput: 0.35, output: 21 },
};
const usage = (input: number, cached: number, output: number) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_tokens: 0,
});

test.each([
  ['nothing', usage(0, 0, 0), 0],
  ['a million of input', usage(1_000_000, 0, 0), 3.5],
  ['input that was cached', usage(100_000, 100_000, 0), 0.0175],
  ['input that was cached in part, and output', usage(10_000, 8_000, 1_000), 0.0189],
  ['a server that reports more cached than sent', usage(1_000, 9_000, 0), 0.000175],
  ['the last call at the lower rates', usage(272_000, 0, 0), 0.476],
  ['a long context', usage(300_000, 0, 1_000), 1.071],
])('%s is priced', (_what, used, dollars) => {
  expect(costOf(used, PRICE)).toBe(dollars);
});

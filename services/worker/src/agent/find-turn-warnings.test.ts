import { expect, test } from 'vitest';
import { findTurnWarnings } from './find-turn-warnings.ts';

const ASKED = { model: 'm', max_tokens: 4_096 };
const ALL = { notTaken: ['temperature', 'max_tokens', 'system_prompt'], usageEstimated: true } as const;
const codes = (...asked: Parameters<typeof findTurnWarnings>) =>
  findTurnWarnings(...asked).map(({ code }) => code);

test('tells of everything that was asked for and did not reach the model', () => {
  expect(codes({ ...ASKED, temperature: 0, system_prompt: 'Be kind.' }, ALL)).toEqual([
    'temperature_ignored',
    'max_tokens_adjusted',
    'system_prompt_as_user',
    'usage_estimated',
  ]);
});

test('does not tell of defaults that nobody asked for', () => {
  expect(codes(ASKED, ALL)).toEqual(['max_tokens_adjusted', 'usage_estimated']);
});

test('tells of nothing where everything was taken', () => {
  expect(codes({ ...ASKED, temperature: 1 }, { notTaken: [], usageEstimated: false })).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { loadModelTable } from './load-model-table.ts';
import { ModelTable } from './model-table.ts';
import { ModelsFile, UNKNOWN_MODEL } from './models-file.ts';

const shipped = await loadModelTable();

describe('the shipped table', () => {
  test.each([
    ['gpt-5.3-codex', { temperature: false, encrypted_reasoning: true, freeform_tools: true }],
    ['gpt-5.3-codex-2026-02-05', { temperature: false, default_reasoning_effort: 'medium' }],
    ['openai/gpt-5.3-codex', { temperature: false, encrypted_reasoning: true }],
    ['gpt-5', { temperature: false, encrypted_reasoning: true, max_output_tokens: 128_000 }],
    ['gpt-5-chat-latest', { temperature: true, encrypted_reasoning: false, context_window: 128_000 }],
    ['gpt-5.4', { context_window: 1_050_000, system_role: 'developer' }],
    ['o3', { temperature: false, freeform_tools: false, system_role: 'developer' }],
    ['codex-mini-latest', { temperature: false, encrypted_reasoning: true }],
    ['gpt-4.1', { temperature: true, encrypted_reasoning: false, context_window: 1_047_576 }],
    ['scripted/gpt-5', { temperature: true, encrypted_reasoning: true, freeform_tools: true }],
    ['qwen3-coder', UNKNOWN_MODEL],
    ['gpt-50', {}],
  ])('%s has the capabilities %o', (model, capabilities) => {
    expect(shipped.capabilitiesOf(model)).toMatchObject(capabilities);
  });

  test.each([
    ['gpt-5.3-codex', { input: 1.75, cachedInput: 0.175, output: 14 }],
    ['openai/gpt-5.2', { input: 1.75, cachedInput: 0.175, output: 14 }],
    ['gpt-5', { input: 1.25, cachedInput: 0.125, output: 10 }],
    ['gpt-5-2025-08-07', { input: 1.25, cachedInput: 0.125, output: 10 }],
    ['scripted/fix-ts', { input: 0, cachedInput: 0, output: 0 }],
    ['gpt-5-pro', undefined],
    ['qwen3-coder', undefined],
  ])('%s costs %o', (model, price) => {
    expect(shipped.describe(model).price).toEqual(price);
  });

  test('has no default effort that its model does not have, and no window smaller than its parts', () => {
    const names = shipped.rows.models.flatMap(({ match }) => match).map((name) => name.replaceAll('*', ''));
    for (const name of names) {
      const {
        default_reasoning_effort: effort,
        reasoning_efforts: efforts,
        ...rest
      } = shipped.capabilitiesOf(name);
      expect(effort === undefined || efforts.includes(effort), name).toBe(true);
      const { context_window: window = Infinity, max_input_tokens: input = 0 } = rest;
      expect(Math.max(input, rest.max_output_tokens ?? 0), name).toBeLessThanOrEqual(window);
    }
  });

  test('never charges more for input that was cached', () => {
    for (const { input, cached_input: cached, long_context: long } of shipped.rows.prices) {
      expect(cached).toBeLessThanOrEqual(input);
      expect(long?.cached_input ?? 0).toBeLessThanOrEqual(long?.input ?? 0);
    }
  });
});

describe("an operator's rows", () => {
  const operator = ModelsFile.parse({
    models: [
      { match: ['gpt-5.3-codex'], api: 'chat', max_output_tokens: 9 },
      { match: ['corp/*'], context_window: 7 },
      { match: ['*'], vision: true },
    ],
    prices: [
      { match: ['gpt-5*'], input: 1, cached_input: 1, output: 1, effective: '2026-01-01', source: 'us' },
    ],
  });
  const table = new ModelTable(operator, shipped.rows);

  test('count before the shipped ones, field by field', () => {
    expect(table.capabilitiesOf('gpt-5.3-codex')).toEqual({
      ...shipped.capabilitiesOf('gpt-5.3-codex'),
      api: 'chat',
      max_output_tokens: 9,
      vision: true,
    });
    expect(table.describe('gpt-5.3-codex').price).toEqual({ input: 1, cachedInput: 1, output: 1 });
  });

  test('with a prefix match only behind it, and * matches no script', () => {
    expect(table.describe('corp/llm').contextWindow).toBe(7);
    expect(table.describe('llm').contextWindow).toBeUndefined();
    expect(table.describe('scripted/x')).toEqual(shipped.describe('scripted/x'));
    expect(table.describe('llm').vision).toBe(true);
  });

  test.each([
    ['an unknown field', { models: [{ match: ['x'], temprature: true }] }],
    ['a row without a name', { models: [{ match: [] }] }],
    ['a pattern that is none', { models: [{ match: ['x(y'] }] }],
    ['a price without its source', { prices: [{ match: ['x'], input: 1, cached_input: 1, output: 1 }] }],
    ['a price below nothing', { prices: [{ match: ['x'], input: -1, cached_input: 1, output: 1 }] }],
  ])('with %s are refused', (_what, file) => {
    expect(ModelsFile.safeParse(file).success).toBe(false);
  });
});

import type { ModelPrice, ModelProfile } from '@drydock/core';
import { Capabilities, UNKNOWN_MODEL } from './models-file.ts';
import type { ModelRow, ModelsFile, PriceRow } from './models-file.ts';

const SCRIPTED = 'scripted/';

/** What is known of models, from data: rows of files, the first of which count most. */
export class ModelTable {
  readonly rows: Readonly<ModelsFile>;

  constructor(...files: readonly ModelsFile[]) {
    this.rows = {
      models: files.flatMap((file) => file.models),
      prices: files.flatMap((file) => file.prices),
    };
  }

  /** Every field is that of the first row which matches and has it. */
  capabilitiesOf(model: string): Capabilities {
    const rows = this.rows.models.filter(({ match }) => matches(match, model)).toReversed();
    const merged = rows.reduce<Partial<ModelRow>>((known, row) => ({ ...known, ...row }), UNKNOWN_MODEL);
    const { match: _, ...fields } = merged;
    return Capabilities.parse(fields);
  }

  /** The first row that matches; undefined where no price is known. */
  priceOf(model: string): PriceRow | undefined {
    return this.rows.prices.find(({ match }) => matches(match, model));
  }

  describe(model: string): ModelProfile {
    const capabilities = this.capabilitiesOf(model);
    const price = this.priceOf(model);
    return {
      ...optional('contextWindow', capabilities.context_window),
      ...optional('maxInputTokens', capabilities.max_input_tokens),
      ...optional('maxOutputTokens', capabilities.max_output_tokens),
      ...optional('price', price && toPrice(price)),
      freeformTools: capabilities.freeform_tools,
      parallelTools: capabilities.parallel_tools,
      vision: capabilities.vision,
      reasoningEfforts: capabilities.reasoning_efforts,
    };
  }
}

function matches(patterns: readonly string[], model: string): boolean {
  const behindPrefix = model.startsWith(SCRIPTED) ? model : model.slice(model.lastIndexOf('/') + 1);
  return patterns.some((pattern) => {
    const glob = toRegExp(pattern);
    return glob.test(model) || (!pattern.includes('/') && glob.test(behindPrefix));
  });
}

/** Of what patterns may have, only `.` and `*` mean something. A lone `*` is every name but a script's. */
function toRegExp(pattern: string): RegExp {
  const any = pattern.includes('/') ? '.*' : '[^/]*';
  return new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll(/\*+/g, any)}$`);
}

function toPrice({ input, cached_input, output, long_context: long }: PriceRow): ModelPrice {
  const rates = { input, cachedInput: cached_input, output };
  if (long === undefined) return rates;
  const { above_input_tokens: aboveInputTokens, cached_input: cachedInput } = long;
  return { ...rates, longContext: { aboveInputTokens, input: long.input, cachedInput, output: long.output } };
}

const optional = <Key extends string, Value>(key: Key, value: Value | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };

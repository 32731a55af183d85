import type { Capabilities, ModelTable } from '@drydock/models';
import { UNKNOWN_MODEL, loadModelTable } from '@drydock/models';
import { GENERATED_NOTE } from './generated-note.ts';

type Row = ModelTable['rows']['models'][number];
type Price = ModelTable['rows']['prices'][number];

const INTRODUCTION = `Workers call a model server that speaks OpenAI's Responses API or Chat Completions, streaming. \`DRYDOCK_MODEL_API\` is
\`responses\`, \`chat\`, or \`auto\`: the API that the table names for a model; where \`/responses\` is answered with 404 or 405,
Chat Completions, from then on.

What a model takes is data, not code. \`DRYDOCK_MODELS_FILE\` names a YAML file of the operator, whose rows count before the
shipped ones of \`packages/models/data/models.yaml\`; a worker does not start with a file that it cannot use.

\`\`\`yaml
models:
  - match: ['qwen3-*', 'corp/*'] # * is any text; a pattern without / also matches behind a provider's prefix
    api: chat
    context_window: 262144
prices:
  - match: ['qwen3-*']
    input: 0.4 # US dollars for a million tokens
    cached_input: 0.1
    output: 1.6
    effective: 2026-11-01
    source: contract with our provider
\`\`\`

A field is taken from the first row that matches and has it. Names in \`scripted/\` are matched by patterns in \`scripted/\`
only.`;

const MONEY = `## Usage, cost and limits

Every turn tells its tokens and \`cost_usd\` in the event \`usage.charged\`; \`result.usage\` is their sum. \`cost_usd\` is \`null\`
where the model has no price here: nothing is guessed. A server that reports no usage is charged by bytes, with the
warning \`usage_estimated\`.

\`limits.max_tokens_total\` and \`limits.max_cost_usd\` end a job before they are passed. Before a call its input is estimated
(what the server counted last, and a token for three bytes of what is new, at the full price), and the call may say no more
than is left; where nothing is, the job ends with \`budget_exceeded\`. A job with \`max_cost_usd\` and a model without a price
ends with \`model_price_unknown\` before the model is asked anything. Attempts at a call that broke off are not in the sum,
because no server says what they cost.

\`temperature\`, \`max_tokens\` and \`system_prompt\` reach the model where it takes them. Where it does not, the job has a
warning: \`temperature_ignored\`, \`max_tokens_adjusted\`, \`system_prompt_as_user\`.

## Failures

What may pass (429, 408, 5xx, broken and silent streams) is tried again up to five times with growing, random waits, never
shorter than \`Retry-After\` and never past the job's deadline. After eight failures in a row a worker leaves the server alone
for 5 to 60 s and then lets one call go first; the others wait, within their deadline. What does not pass ends the job with
one of the \`model_*\` codes of [errors](errors.md).`;

const FIELDS: Record<keyof Capabilities, string> = {
  api: '`responses` or `chat`',
  context_window: 'tokens of input and output of one call together',
  max_input_tokens: 'tokens of input of one call, where that is less',
  max_output_tokens: 'tokens that one call may answer with',
  temperature: 'takes `temperature`',
  max_tokens: 'takes a limit of output tokens',
  max_tokens_field: 'what Chat Completions calls that limit',
  freeform_tools: 'takes custom tools with a grammar; else they are functions with one string, `input`',
  parallel_tools: 'may call several tools in one turn',
  vision: 'reads images',
  reasoning_efforts: 'the efforts that it has',
  default_reasoning_effort: 'the one that is asked for; absent: none is',
  encrypted_reasoning: 'is asked for encrypted reasoning, which is sent back (Responses)',
  reasoning_content: 'gets its `reasoning_content` back (Chat Completions)',
  phase: 'gets the `phase` of its messages back (Responses)',
  prompt_cache_key: 'takes a key for its prompt cache: the id of the job',
  system_role:
    'the role of what Drydock and the job tell it: `developer`, `system` or, where it has neither, `user`',
  stream_usage: 'takes `stream_options.include_usage` (Chat Completions)',
};

const show = (value: Capabilities[keyof Capabilities]): string => {
  if (value === undefined) return 'unknown';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(' ');
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
};
const names = ({ match }: Pick<Row, 'match'>): string => match.map((name) => `\`${name}\``).join(' ');

function fieldRow([field, meaning]: [string, string]): string {
  return `| \`${field}\` | ${show(UNKNOWN_MODEL[field as keyof Capabilities])} | ${meaning} |`;
}

function modelRow(row: Row): string {
  const { match: _, ...fields } = row;
  const said = Object.entries(fields).map(([field, value]) => `\`${field}\` ${show(value)}`);
  return `| ${names(row)} | ${said.join(', ')} |`;
}

function priceRow(row: Price): string {
  const long = row.long_context;
  const above =
    long === undefined
      ? ''
      : `above ${long.above_input_tokens} of input: ${long.input} / ${long.cached_input} / ${long.output}`;
  return `| ${names(row)} | ${row.input} | ${row.cached_input} | ${row.output} | ${above} | ${row.effective} | ${row.source} |`;
}

/** `docs/models.md`: what models take and cost, from the shipped table. */
export async function buildModelsPage(): Promise<string> {
  const { models, prices } = (await loadModelTable()).rows;
  return [
    '# Models',
    '',
    GENERATED_NOTE,
    '',
    INTRODUCTION,
    '',
    '## What a row may say',
    '',
    '| field | of an unknown model | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(FIELDS).map(fieldRow),
    '',
    '## Shipped rows',
    '',
    '| models | what the first row says that matches |',
    '| --- | --- |',
    ...models.map(modelRow),
    '',
    '## Shipped prices',
    '',
    'US dollars for a million tokens of standard processing, in effect on the day that is named. They change: whoever',
    'limits costs checks them, and gives other prices in `DRYDOCK_MODELS_FILE`.',
    '',
    '| models | input | cached input | output | long contexts | in effect | source |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...prices.map(priceRow),
    '',
    MONEY,
    '',
  ].join('\n');
}

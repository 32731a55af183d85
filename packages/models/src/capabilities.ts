/** What a model takes on the wire. */
export interface ModelCapabilities {
  /** Whether `temperature` may be sent; models that reason refuse it. */
  readonly temperature: boolean;
  /** Whether reasoning can be asked for in encrypted form; models that do not reason refuse the wish. */
  readonly encryptedReasoning: boolean;
}

interface Row extends ModelCapabilities {
  /** Matches the model's name without a provider's prefix. */
  readonly name: RegExp;
}

/** The first row that matches counts. A model that is in no row takes everything. */
const ROWS: readonly Row[] = [
  { name: /^gpt-5(\.\d+)?-chat/, temperature: true, encryptedReasoning: false },
  { name: /^gpt-5/, temperature: false, encryptedReasoning: true },
  { name: /^o[134](-|$)/, temperature: false, encryptedReasoning: true },
  { name: /^codex-/, temperature: false, encryptedReasoning: true },
  { name: /^gpt-4/, temperature: true, encryptedReasoning: false },
];

const UNKNOWN: ModelCapabilities = { temperature: true, encryptedReasoning: true };

/** The capabilities of a model by name. A proxy's prefix (`openai/gpt-5.3-codex`) changes nothing. */
export function findCapabilities(model: string): ModelCapabilities {
  // A script may carry a model's name without being it.
  if (model.startsWith('scripted/')) return UNKNOWN;
  const name = model.slice(model.lastIndexOf('/') + 1);
  const { temperature, encryptedReasoning } = ROWS.find((row) => row.name.test(name)) ?? UNKNOWN;
  return { temperature, encryptedReasoning };
}

import type { ToolDefinition } from '@drydock/contracts';
import { z } from 'zod';

type Freeform = Extract<ToolDefinition, { form: 'freeform' }>;
type FunctionTool = Extract<ToolDefinition, { form: 'function' }>;

const Arguments = z.object({ input: z.string() });

/** A freeform tool for a model that only has functions: one string, whose form the description tells. */
export function toFunctionTool({ name, description, grammar, asFunction }: Freeform): FunctionTool {
  const { syntax, definition } = grammar;
  const inGrammar = `${description}\n\nThe whole text is the string \`input\`. Its ${syntax} grammar:\n${definition}`;
  return {
    form: 'function',
    name,
    description: asFunction ?? inGrammar,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole text.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

/** The arguments of such a call. Equal input gives equal bytes, so that prompts stay cached. */
export const wrapInput = (input: string): string => JSON.stringify({ input });

/** The text of such a call. Arguments that are something else are taken as the text: the tool says what is wrong. */
export function unwrapInput(args: string): string {
  try {
    return Arguments.parse(JSON.parse(args)).input;
  } catch {
    return args;
  }
}

/** Names of tools that a model without freeform calls is offered as functions. */
export function findWrapped(
  tools: readonly ToolDefinition[],
  capabilities: { readonly freeform_tools: boolean },
): ReadonlySet<string> {
  if (capabilities.freeform_tools) return new Set();
  return new Set(tools.flatMap((tool) => (tool.form === 'freeform' ? [tool.name] : [])));
}

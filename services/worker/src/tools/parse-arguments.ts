import type { ToolCall, ToolName } from '@drydock/contracts';
import { TOOL_ARGUMENTS } from '@drydock/contracts';

type ParsedArguments =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

const MAX_ISSUES = 5;

/** Arguments of a model are untyped until parsed; what is wrong is said so that the model can repair it. */
export function parseArguments(tool: ToolName, call: Pick<ToolCall, 'form' | 'input'>): ParsedArguments {
  const raw =
    call.form === 'freeform' ? { kind: 'valid' as const, value: call.input } : parseJson(call.input);
  if (raw.kind === 'invalid') return raw;
  const parsed = TOOL_ARGUMENTS[tool].safeParse(raw.value);
  if (parsed.success) return { kind: 'valid', value: parsed.data };
  const issues = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`);
  return {
    kind: 'invalid',
    message: `The arguments of ${tool} are wrong. ${issues.join('; ')}. Call it again, corrected.`,
  };
}

function parseJson(text: string): ParsedArguments {
  try {
    return { kind: 'valid', value: JSON.parse(text) };
  } catch {
    return {
      kind: 'invalid',
      message: 'The arguments are not valid JSON. Call the tool again with one JSON object.',
    };
  }
}

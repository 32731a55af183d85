import type { Observation, ToolArguments, ToolName } from '@drydock/contracts';

export interface ToolCallContext {
  readonly callId: string;
  readonly signal: AbortSignal;
}

/** Carries out an admitted call whose arguments were parsed. Throws only when the sandbox or the store is gone. */
export type RunTool<Name extends ToolName> = (
  args: ToolArguments<Name>,
  call: ToolCallContext,
) => Promise<Observation>;

/** A tool is a row here: one file makes those of a kind, and `Toolbox` puts them together. */
export type ToolSet<Names extends ToolName = ToolName> = { readonly [Name in Names]: RunTool<Name> };

/** Not done, and why, in words with which the model can repair it. */
export const refused = (reason: string, message: string): Observation => ({
  kind: 'refused',
  reason,
  message,
});

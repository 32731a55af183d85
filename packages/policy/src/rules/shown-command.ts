import { showField } from '../shell/field.ts';
import type { SimpleCommand, Span } from '../shell/simple-command.ts';

/** A command as the rules read it, prepared once for all of them. */
export interface ShownCommand {
  /** The program as a field (field.ts), for names that the shell has still to complete. */
  readonly word: string;
  readonly argv: readonly string[];
  /** The arguments joined, with a space before and behind. */
  readonly args: string;
  readonly redirects: readonly { readonly operator: string; readonly target: string }[];
  /** `NAME=value`. */
  readonly assignments: readonly string[];
  readonly span: Span;
}

export function showCommand({ argv, redirects, assignments, span }: SimpleCommand): ShownCommand {
  const shown = argv.map(showField);
  return {
    word: argv[0] ?? '',
    argv: shown,
    args: shown.length > 1 ? ` ${shown.slice(1).join(' ')} ` : ' ',
    redirects: redirects.map(({ operator, target }) => ({ operator, target: showField(target) })),
    assignments: assignments.map(({ name, value }) => `${name}=${showField(value)}`),
    span,
  };
}

/** One simple command of a script, its words expanded as far as the text tells (field.ts). */
export interface SimpleCommand {
  readonly argv: readonly string[];
  readonly assignments: readonly Assignment[];
  readonly redirects: readonly WrittenRedirect[];
  /** What it reads from its standard input, where the text tells. */
  readonly input: string | undefined;
  /** Whether another command of the text feeds it. */
  readonly isPiped: boolean;
  readonly span: Span;
}

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

export interface WrittenRedirect {
  readonly operator: string;
  readonly target: string;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A command about to be unwrapped. */
export interface Call {
  /** Without its directory. */
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string | undefined;
  readonly isPiped: boolean;
  readonly readFile: (path: string) => string | undefined;
}

/**
 * What a command runs in turn: another command, the text of a shell script, the code of an interpreter, or a program
 * text that cannot be seen.
 */
export type Inner =
  | { readonly kind: 'argv'; readonly argv: readonly string[]; readonly input?: string | undefined }
  | { readonly kind: 'script'; readonly text: string; readonly positional?: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'unseen'; readonly isPiped: boolean };

export type Unwrapper = (call: Call) => readonly Inner[];

export const argv = (words: readonly string[], input?: string): readonly Inner[] =>
  words.length === 0 ? [] : [{ kind: 'argv', argv: words, ...(input === undefined ? {} : { input }) }];

export const script = (text: string | undefined): readonly Inner[] =>
  text === undefined || text.trim() === '' ? [] : [{ kind: 'script', text }];

export const code = (text: string | undefined): readonly Inner[] =>
  text === undefined ? [] : [{ kind: 'code', text }];

/** What stands behind each of these options, as `-o x`, `-ox`, `--long x` or `--long=x`. */
export function valuesOf(args: readonly string[], names: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    const name = names.find((option) => arg === option);
    const isLastOfGroup = /^-[a-zA-Z]{2,}$/.test(arg) && names.includes(`-${arg.slice(-1)}`);
    if (name !== undefined || isLastOfGroup) return [args[at + 1] ?? ''];
    const prefix = names.find((option) =>
      option.startsWith('--') ? arg.startsWith(`${option}=`) : option.length === 2 && arg.startsWith(option),
    );
    if (prefix === undefined) return [];
    return [arg.slice(prefix.length + (prefix.startsWith('--') ? 1 : 0))];
  });
}

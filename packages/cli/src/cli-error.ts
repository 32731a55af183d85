/** What `drydock` ends with. The last two are those of sysexits.h. */
export const EXIT = { done: 0, failed: 1, usage: 2, unavailable: 69, config: 78 } as const;

/** Ends the command with a line for people and an exit code. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

export function wrongUsage(message: string): CliError {
  return new CliError(EXIT.usage, `${message} See \`drydock --help\`.`);
}

/** One command line that proves something, run by the shell of the sandbox in the root of the repository. */
export interface CheckCommand {
  readonly kind: 'test' | 'lint';
  readonly command: string;
}

/** Name of a command that gave nothing but an exit code: it counts as one test, or as one finding. */
export const nameOfCommand = (command: string): string => `<${command}>`;

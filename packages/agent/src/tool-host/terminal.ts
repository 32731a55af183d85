import type { ChildProcess } from 'node:child_process';
import { shellArguments, type Shell } from './shell.ts';

/** Programs that make a terminal, as their arguments follow: util-linux `script`, and `stty`. */
export interface TerminalPrograms {
  readonly script: readonly [string, ...string[]];
  readonly stty: readonly [string, ...string[]];
}

/** Where the session on a terminal says its number; nothing of the command sees it. */
export const SESSION_FD = 3;
const SIZE = 'rows 24 columns 80';
const SESSION = /^(\d+)\n/;

/**
 * What runs a command line on a terminal of its own. `script` makes the terminal, sits between it and our pipes, and ends
 * as the command does; nothing native has to be loaded for it, and an image needs no more than its shell. The shell
 * that it starts leads the terminal's session: it says its number, and becomes the command.
 */
export function terminalArguments(
  { script, stty }: TerminalPrograms,
  shell: Shell,
  cmd: string,
): readonly [string, ...string[]] {
  const size = `${stty.map(quote).join(' ')} ${SIZE}`;
  const session = `echo "$$" >&${SESSION_FD}; exec ${SESSION_FD}>&-`;
  const command = [shell.file, ...shellArguments(shell, cmd, 'by pipe')].map(quote).join(' ');
  return [
    ...script,
    '--quiet',
    '--return',
    '--flush',
    '--echo',
    'always',
    '--command',
    `${size}; ${session}; exec ${command}`,
    '/dev/null',
  ];
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Number of the session on the terminal, as soon as it is said. */
export function readSession(child: ChildProcess): () => number | undefined {
  let said = '';
  let session: number | undefined;
  child.stdio[SESSION_FD]
    ?.on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, 20);
      session ??= Number(SESSION.exec(said)?.[1]) || undefined;
    });
  return () => session;
}

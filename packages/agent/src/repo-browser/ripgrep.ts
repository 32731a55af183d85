import { DrydockError } from '@drydock/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { RUNTIME, WORKSPACE } from '../paths.ts';

const MAX_WORDS_BYTES = 8 << 10;

/** What counts as the repository's: hidden files too, ignored ones not, and no settings but the repository's own .gitignore. */
const SCOPE = [
  '--no-config',
  '--hidden',
  '--no-require-git',
  '--no-ignore-dot',
  '--no-ignore-exclude',
  '--no-ignore-global',
  '--no-messages',
  '--glob=!.git',
];

export interface RipgrepRun {
  readonly args: readonly string[];
  /** Takes each piece of the output, without its end; false: no more is wanted. */
  readonly onPiece: (piece: string) => boolean;
  /** What ends a piece. */
  readonly separator: '\n' | '\0';
}

export interface RipgrepEnd {
  /** Whether it came to its end: neither its time nor the wish for more was over before. */
  readonly isWhole: boolean;
}

/**
 * Runs the injected ripgrep in the workspace. Throws `invalid_request` with its own words where it refuses its
 * arguments: a pattern that is none, a glob.
 */
export async function runRipgrep(run: RipgrepRun, signal: AbortSignal): Promise<RipgrepEnd> {
  const loader = ['--inhibit-cache', '--library-path', `${RUNTIME}/lib`, `${RUNTIME}/bin/rg`];
  const child = spawn(process.execPath, [...loader, ...SCOPE, ...run.args], {
    cwd: WORKSPACE,
    env: { LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const closed = once(child, 'close') as Promise<[number | null]>;
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    if (words.length < MAX_WORDS_BYTES) words += chunk;
  });
  const isSatisfied = await readPieces(child.stdout.setEncoding('utf8'), run);
  if (isSatisfied) stop();
  const [exitCode] = await closed;
  signal.removeEventListener('abort', stop);
  // 1: nothing was found; 2: something was not read, or was refused.
  if (exitCode === 2 && words.trim() !== '') {
    throw new DrydockError('invalid_request', { message: words.trim().slice(0, 1_000) });
  }
  return { isWhole: !isSatisfied && !signal.aborted };
}

/** Whether no more was wanted before the output ended. */
async function readPieces(
  output: AsyncIterable<string>,
  { separator, onPiece }: RipgrepRun,
): Promise<boolean> {
  let rest = '';
  for await (const chunk of output) {
    const pieces = (rest + chunk).split(separator);
    rest = pieces.pop() ?? '';
    if (!pieces.every(onPiece)) return true;
  }
  return false;
}
